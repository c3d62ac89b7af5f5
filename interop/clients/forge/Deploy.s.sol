// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Token} from "../contracts/Token.sol";
import {Vault} from "../contracts/Vault.sol";

/// The part of forge's cheatcodes that the script needs.
interface Cheatcodes {
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// Deploys a token and a vault through the deterministic deployer, and moves some of one and sets the other.
contract Deploy {
    Cheatcodes private constant cheatcodes = Cheatcodes(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function run(address friend, uint256 amount) external returns (address token, address vault) {
        cheatcodes.startBroadcast();
        Token matrix = new Token("Matrix", "MTX", 1_000_000 ether);
        matrix.transfer(friend, amount);
        Vault store = new Vault{salt: bytes32(uint256(1))}(msg.sender);
        store.store(amount);
        cheatcodes.stopBroadcast();
        return (address(matrix), address(store));
    }
}
