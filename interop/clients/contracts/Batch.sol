// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Code for an EIP-7702 account: several calls in one transaction of its owner.
contract Batch {
    struct Call {
        address to;
        uint256 value;
        bytes data;
    }

    error Stranger(address caller);

    event Executed(address indexed account, uint256 calls);

    function execute(Call[] calldata calls) external payable {
        if (msg.sender != address(this)) revert Stranger(msg.sender);
        for (uint256 i = 0; i < calls.length; i++) {
            (bool success, bytes memory result) = calls[i].to.call{value: calls[i].value}(calls[i].data);
            if (!success) {
                assembly {
                    revert(add(result, 32), mload(result))
                }
            }
        }
        emit Executed(address(this), calls.length);
    }

    receive() external payable {}
}
