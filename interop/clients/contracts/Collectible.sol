// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721URIStorage, ERC721} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";

/// A non-fungible token that anybody may mint.
contract Collectible is ERC721URIStorage {
    uint256 public minted;

    constructor() ERC721("Collectible", "CLT") {}

    function mint(address to, string calldata uri) external returns (uint256 id) {
        id = ++minted;
        _safeMint(to, id);
        _setTokenURI(id, uri);
    }
}
