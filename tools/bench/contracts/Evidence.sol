// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// Keeps evidence: who has shown which content, and when. The content itself stands in
/// the log, its hash in state.
contract Evidence {
    struct Record {
        address author;
        uint64 time;
    }

    mapping(bytes32 => Record) public records;
    uint256 public count;

    event Recorded(bytes32 indexed hash, address indexed author, bytes content);

    function record(bytes calldata content) external {
        bytes32 hash = keccak256(content);
        require(records[hash].time == 0, "recorded already");
        records[hash] = Record(msg.sender, uint64(block.timestamp));
        count++;
        emit Recorded(hash, msg.sender, content);
    }
}
