// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.0;

/// The chain parameters and the validator set, at 0x434c000000000000000000000000000000000001.
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

    event ValidatorsChanged(address indexed by, uint64 epoch);

    /// The newest set, which decides blocks from height `from` on. A record is the
    /// canonical encoding of docs/spec/formats.
    function validatorCount() external view returns (uint256);
    function validatorEpoch() external view returns (uint64 epoch, uint64 from);
    function validatorAt(uint256 index) external view returns (bytes memory record);

    /// For administrators only.
    function addValidator(bytes calldata record) external;
    function removeValidator(bytes32 id) external;
    function replaceValidator(bytes calldata record) external;
}
