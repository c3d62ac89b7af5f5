// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Decision} from "./Decision.sol";
import {State} from "./State.sol";

/// @title Follows a CredibleLedger chain of the suite `standard` by its headers.
/// @notice It starts from a validator set that whoever deploys it believes, goes on to later
/// headers that the set has decided, and across a change of the set by the header that
/// announces it. Anybody may bring headers; nobody need be believed.
///
/// What it relies on: validators with less than a third of the weight of each set lie. A
/// former set's keys must not be used after it has changed: users who care compare
/// `time` with their own clock.
contract LightClient {
    bytes32 public immutable chain;
    uint64 public immutable rootDelay; // k: the header at h carries the state root of h-k
    bytes public voteKind; // such as "smartbft/commit"

    uint64 public height; // of the newest header
    uint64 public time; // of it, in milliseconds
    bytes32 public validators; // that decide the next one

    /// @notice State roots by the height of the state.
    mapping(uint64 => bytes32) public stateRoots;

    event Advanced(uint64 indexed height, bytes32 hash, bytes32 stateRoot);

    error Stale();

    constructor(bytes32 chain_, uint64 rootDelay_, bytes memory voteKind_, bytes32 validators_) {
        (chain, rootDelay, voteKind, validators) = (chain_, rootDelay_, voteKind_, validators_);
    }

    /// @notice Goes on to a later header.
    /// @param header Canonical encoding (cl_getHeader).
    /// @param proof The decision proof beside it (cl_getHeader).
    /// @param set The validator set that has decided it (cl_getValidators).
    function advance(bytes calldata header, bytes calldata proof, bytes calldata set) external {
        Decision.Header memory h = Decision.readHeader(header);
        if (h.chain != chain) revert Decision.WrongChain();
        if (h.height <= height || h.time <= time) revert Stale();
        if (h.validators != validators) revert Decision.WrongSet();
        Decision.check(h, Decision.readValidators(set), proof, voteKind);
        (height, time, validators) = (h.height, h.time, h.nextValidators);
        if (h.height >= rootDelay) stateRoots[h.height - rootDelay] = h.stateRoot;
        emit Advanced(h.height, h.hash, h.stateRoot);
    }

    /// @notice Checks an account's leaf after a height whose root is known: rlp([nonce,
    /// balance, code hash]), or empty for an account that does not exist.
    function checkAccount(uint64 stateHeight, address owner, bytes calldata value, bytes calldata path) external view {
        State.check(rootAt(stateHeight), State.accountKey(owner), value, path);
    }

    /// @notice Checks a storage slot; value is without leading zeros, empty for zero.
    function checkSlot(uint64 stateHeight, address owner, bytes32 slot, bytes calldata value, bytes calldata path) external view {
        State.check(rootAt(stateHeight), State.slotKey(owner, slot), value, path);
    }

    function rootAt(uint64 stateHeight) private view returns (bytes32 root) {
        root = stateRoots[stateHeight];
        if (root == 0) revert Stale();
    }
}
