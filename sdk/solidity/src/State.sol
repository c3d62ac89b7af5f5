// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Proofs of single entries under a state root of the commitment `binary/1`.
/// @notice For the suite `standard`, whose hash is SHA-256. Formats: docs/spec/formats, "State".
library State {
    error BadProof();

    /// @notice The key of an account's leaf; its value is rlp([nonce, balance, code hash]).
    function accountKey(address owner) internal pure returns (bytes memory) {
        return abi.encodePacked(owner, uint8(0));
    }

    /// @notice The key of a storage slot; its value has no leading zeros.
    function slotKey(address owner, bytes32 slot) internal pure returns (bytes memory) {
        return abi.encodePacked(owner, uint8(1), slot);
    }

    /// @notice Checks that value stands under key in the state with a root, or that nothing
    /// does when value is empty. Reverts when the path does not show it.
    function check(bytes32 root, bytes memory key, bytes calldata value, bytes calldata path) internal pure {
        bytes32 place = sha256(abi.encodePacked(hex"00", key));
        if (path.length < 2) revert BadProof();
        uint256 count = uint16(bytes2(path[:2]));
        uint256 bits = (count + 7) / 8;
        if (count > 256 || path.length < 2 + bits) revert BadProof();
        bytes calldata bitmap = path[2:2 + bits];
        bytes calldata siblings = path[2 + bits:];
        uint256 full = population(bitmap, count);
        if (siblings.length < 32 * full + 1) revert BadProof();
        bytes32 top = bottom(place, value, siblings[32 * full:], count);
        siblings = siblings[:32 * full];
        for (uint256 i = count; i > 0; i--) {
            bytes32 sibling = 0;
            if (marked(bitmap, i - 1)) {
                sibling = bytes32(siblings[siblings.length - 32:]);
                if (sibling == 0) revert BadProof();
                siblings = siblings[:siblings.length - 32];
            }
            bool right = (uint256(place) >> (256 - i)) & 1 == 1;
            top = right ? sha256(abi.encodePacked(hex"03", sibling, top)) : sha256(abi.encodePacked(hex"03", top, sibling));
        }
        if (top != root) revert BadProof();
    }

    function marked(bytes calldata bitmap, uint256 i) private pure returns (bool) {
        return uint8(bitmap[i / 8]) & (0x80 >> (i % 8)) != 0;
    }

    /// @dev population counts the siblings that are written out; none may be marked beyond count.
    function population(bytes calldata bitmap, uint256 count) private pure returns (uint256 full) {
        for (uint256 i = 0; i < 8 * bitmap.length; i++) {
            if (!marked(bitmap, i)) continue;
            if (i >= count) revert BadProof();
            full++;
        }
    }

    /// @dev bottom is the hash at the end of the path: of nothing, of the entry's own leaf, or
    /// of another leaf that stands where the entry would.
    function bottom(bytes32 place, bytes calldata value, bytes calldata end, uint256 count) private pure returns (bytes32) {
        uint8 kind = uint8(end[0]);
        if ((value.length > 0) != (kind == 1) || end.length != (kind == 2 ? 65 : 1)) revert BadProof();
        if (kind == 0) return 0;
        if (kind == 1) return leaf(place, sha256(abi.encodePacked(hex"02", value)));
        if (kind != 2) revert BadProof();
        bytes32 other = bytes32(end[1:33]);
        if (other == place || (count > 0 && uint256(other ^ place) >> (256 - count) != 0)) revert BadProof();
        return leaf(other, bytes32(end[33:]));
    }

    function leaf(bytes32 place, bytes32 digest) private pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", place, digest));
    }
}
