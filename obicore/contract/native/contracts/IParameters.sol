// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.0;

/// The chain parameters, at 0x434c000000000000000000000000000000000001.
interface IParameters {
    event ParametersChanged(address indexed by);

    function gasLimit() external view returns (uint64);
    function baseFee() external view returns (uint256);
    function feeAccount() external view returns (address);
    function rulesVersion(uint64 height) external view returns (uint64);

    /// The four below are for administrators only.
    function setGasLimit(uint64 limit) external;
    function setBaseFee(uint256 fee) external;
    function setFeeAccount(address account) external;
    function scheduleRules(uint64 version, uint64 height) external;
}
