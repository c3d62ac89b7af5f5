// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

/// Holds tokens, and a number that only its owner changes.
contract Vault is Ownable, ERC721Holder, ERC1155Holder {
    uint256 public number;

    event Stored(address indexed by, uint256 number);

    constructor(address owner) Ownable(owner) {}

    function store(uint256 value) external onlyOwner {
        number = value;
        emit Stored(msg.sender, value);
    }
}
