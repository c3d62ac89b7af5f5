// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// @title Reading canonical RLP out of calldata, item by item.
/// @notice Strict as the chain's own decoder: lengths in their shortest form, single bytes
/// below 0x80 as themselves, numbers without leading zeros, nothing beyond the end.
library Rlp {
    error Malformed();

    /// @dev item reads the item at the beginning of data: whether it is a list, its payload,
    /// and what stands behind it.
    function item(bytes calldata data) internal pure returns (bool isList, bytes calldata payload, bytes calldata rest) {
        if (data.length == 0) revert Malformed();
        uint256 first = uint8(data[0]);
        if (first < 0x80) return (false, data[:1], data[1:]);
        isList = first >= 0xc0;
        uint256 size = first - (isList ? 0xc0 : 0x80);
        uint256 start = 1;
        if (size > 55) {
            uint256 width = size - 55;
            if (width > 4 || data.length < 1 + width || data[1] == 0) revert Malformed();
            size = 0;
            for (uint256 i = 1; i <= width; i++) size = (size << 8) | uint8(data[i]);
            if (size <= 55) revert Malformed();
            start += width;
        }
        if (data.length < start + size) revert Malformed();
        payload = data[start:start + size];
        if (!isList && size == 1 && uint8(payload[0]) < 0x80) revert Malformed();
        rest = data[start + size:];
    }

    /// @dev list reads a list.
    function list(bytes calldata data) internal pure returns (bytes calldata payload, bytes calldata rest) {
        bool isList;
        (isList, payload, rest) = item(data);
        if (!isList) revert Malformed();
    }

    /// @dev whole reads a list with nothing behind it.
    function whole(bytes calldata data) internal pure returns (bytes calldata payload) {
        bytes calldata rest;
        (payload, rest) = list(data);
        if (rest.length != 0) revert Malformed();
    }

    /// @dev text reads a byte string.
    function text(bytes calldata data) internal pure returns (bytes calldata payload, bytes calldata rest) {
        bool isList;
        (isList, payload, rest) = item(data);
        if (isList) revert Malformed();
    }

    /// @dev word reads a byte string of 32 bytes.
    function word(bytes calldata data) internal pure returns (bytes32 value, bytes calldata rest) {
        bytes calldata payload;
        (payload, rest) = text(data);
        if (payload.length != 32) revert Malformed();
        value = bytes32(payload);
    }

    /// @dev number reads an integer of up to 64 bits.
    function number(bytes calldata data) internal pure returns (uint64 value, bytes calldata rest) {
        bytes calldata payload;
        (payload, rest) = text(data);
        if (payload.length > 8 || (payload.length > 0 && payload[0] == 0)) revert Malformed();
        for (uint256 i = 0; i < payload.length; i++) value = (value << 8) | uint8(payload[i]);
    }

    /// @dev encodeNumber writes an integer.
    function encodeNumber(uint64 value) internal pure returns (bytes memory) {
        if (value == 0) return hex"80";
        if (value < 0x80) return abi.encodePacked(uint8(value));
        uint256 width = 1;
        while (value >> (8 * width) != 0 && width < 8) width++;
        bytes memory encoded = new bytes(1 + width);
        encoded[0] = bytes1(uint8(0x80 + width));
        for (uint256 i = 0; i < width; i++) encoded[width - i] = bytes1(uint8(value >> (8 * i)));
        return encoded;
    }
}
