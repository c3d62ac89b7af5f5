// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// Counts messages that a P-256 key signed, checked by the precompile of EIP-7951 alone.
contract Passkey {
    bytes32 public immutable x;
    bytes32 public immutable y;
    uint256 public accepted;

    error WrongSignature();

    constructor(bytes32 keyX, bytes32 keyY) {
        (x, y) = (keyX, keyY);
    }

    function accept(bytes32 digest, bytes32 r, bytes32 s) external {
        if (!P256.verifyNative(digest, r, s, x, y)) revert WrongSignature();
        accepted++;
    }
}
