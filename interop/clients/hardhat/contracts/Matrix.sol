// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// A token for Ignition to deploy.
contract Coin is ERC20 {
    constructor(uint256 supply) ERC20("Coin", "COIN") {
        _mint(msg.sender, supply);
    }
}

/// Holds a share of a coin for its owner.
contract Till is Ownable {
    Coin public immutable coin;

    constructor(Coin held, address owner) Ownable(owner) {
        coin = held;
    }
}
