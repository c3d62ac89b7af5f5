// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Rlp} from "./Rlp.sol";

/// @title What validators of a CredibleLedger chain have decided, checked on another chain.
/// @notice For chains of the suite `standard`, whose hash is SHA-256. The votes are those of
/// the validators' export keys (secp256k1), over the same digests as those of their
/// consensus keys. Formats: docs/spec/formats, "Header", "Validators", "Votes and proofs".
library Decision {
    using Rlp for bytes;

    error WrongChain();
    error WrongSet();
    error NotDecided(uint256 weight, uint256 quorum);
    error BadVote(uint256 validator);
    error NoExportKey(uint256 validator);

    /// @notice The fields of a header that others rely on.
    struct Header {
        bytes32 hash;
        bytes32 chain;
        uint64 height;
        uint64 time; // milliseconds
        bytes32 stateRoot; // of the state k heights below
        bytes32 resultRoot;
        bytes32 validators;
        bytes32 nextValidators;
    }

    /// @notice A validator set as far as its votes need it.
    struct Validators {
        bytes32 hash;
        uint64 epoch;
        address[] signers; // of the export keys
        uint64[] weights;
    }

    /// @notice Reads a header in its canonical encoding.
    function readHeader(bytes calldata encoded) internal pure returns (Header memory h) {
        h.hash = sha256(abi.encodePacked("credibleledger/header/1", encoded));
        bytes calldata rest = encoded.whole();
        (, rest) = rest.number(); // rules
        (h.chain, rest) = rest.word();
        (h.height, rest) = rest.number();
        (, rest) = rest.word(); // parent
        (h.time, rest) = rest.number();
        (, rest) = rest.word(); // transaction root
        (, rest) = rest.number(); // transaction count
        (, rest) = rest.number(); // gas limit
        (h.stateRoot, rest) = rest.word();
        (h.resultRoot, rest) = rest.word();
        (h.validators, rest) = rest.word();
        (h.nextValidators, rest) = rest.word();
    }

    /// @notice Reads a validator set in its canonical encoding. Every member needs an export key.
    function readValidators(bytes calldata encoded) internal pure returns (Validators memory set) {
        set.hash = sha256(abi.encodePacked("credibleledger/validators/1", encoded));
        bytes calldata rest = encoded.whole();
        (set.epoch, rest) = rest.number();
        (, rest) = rest.number(); // first height
        (rest, ) = rest.list();
        uint256 members = 0;
        for (bytes calldata left = rest; left.length > 0; members++) (, left) = left.list();
        set.signers = new address[](members);
        set.weights = new uint64[](members);
        for (uint256 i = 0; i < members; i++) {
            bytes calldata member;
            (member, rest) = rest.list();
            (set.signers[i], set.weights[i]) = readMember(member, i);
        }
    }

    function readMember(bytes calldata member, uint256 i) private pure returns (address signer, uint64 weight) {
        bytes calldata exported;
        (, member) = member.word(); // id
        (, member) = member.list(); // consensus key
        (, member) = member.word(); // transport
        (exported, member) = member.list();
        (, member) = member.text(); // organisation
        (weight, member) = member.number();
        uint64 scheme;
        bytes calldata key;
        (scheme, exported) = exported.number();
        (key, exported) = exported.text();
        if (scheme != 1 || key.length != 64) revert NoExportKey(i);
        signer = address(uint160(uint256(keccak256(key))));
    }

    /// @notice Checks that enough validators have decided a header.
    /// @param proof The decision proof beside the header: [kind, epoch, bytes].
    /// @param kind The kind of vote of the chain's engine, such as "smartbft/commit".
    function check(Header memory header, Validators memory set, bytes calldata proof, bytes memory kind) internal pure {
        if (header.validators != set.hash) revert WrongSet();
        bytes calldata rest = proof.whole();
        (, rest) = rest.text(); // the proof's kind says what `kind` says
        uint64 epoch;
        (epoch, rest) = rest.number();
        if (epoch != set.epoch) revert WrongSet();
        (rest, ) = rest.text();
        rest = rest.whole();
        uint64 round;
        (round, rest) = rest.number();
        (rest, ) = rest.list();
        count(set, rest, digestOf(header, round, kind));
    }

    /// @dev digestOf is what validators sign: SigningHash(vote, chain, kind, vote).
    function digestOf(Header memory header, uint64 round, bytes memory kind) private pure returns (bytes32) {
        bytes memory vote = abi.encodePacked(Rlp.encodeNumber(header.height), Rlp.encodeNumber(round), hex"a0", header.hash);
        vote = abi.encodePacked(uint8(0xc0 + vote.length), vote); // at most 51 bytes
        if (kind.length > 55 || kind.length < 2) revert Rlp.Malformed();
        bytes memory payload = abi.encodePacked(
            uint8(0x80 + 21), "credibleledger/vote/1", hex"a0", header.chain, uint8(0x80 + kind.length), kind, uint8(0x80 + vote.length), vote
        );
        return sha256(abi.encodePacked(hex"f8", uint8(payload.length), payload));
    }

    /// @dev count adds up the weights of those who have voted. Every vote that is there must
    /// be good.
    function count(Validators memory set, bytes calldata votes, bytes32 digest) private pure {
        uint256 weight = 0;
        uint256 total = 0;
        for (uint256 i = 0; i < set.signers.length; i++) {
            bytes calldata vote;
            (vote, votes) = votes.list();
            total += set.weights[i];
            if (vote.length == 0) continue;
            (, vote) = vote.text(); // by the consensus key
            (vote, ) = vote.text();
            if (recovered(digest, vote) != set.signers[i]) revert BadVote(i);
            weight += set.weights[i];
        }
        if (votes.length != 0) revert Rlp.Malformed();
        uint256 quorum = (total + (total - 1) / 3) / 2 + 1;
        if (weight < quorum) revert NotDecided(weight, quorum);
    }

    /// @dev Half the order of secp256k1: signatures have a low s.
    uint256 private constant HALF = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    function recovered(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        if (signature.length != 65 || uint8(signature[64]) > 1) return address(0);
        uint256 s = uint256(bytes32(signature[32:64]));
        if (s > HALF) return address(0);
        return ecrecover(digest, 27 + uint8(signature[64]), bytes32(signature[:32]), bytes32(s));
    }
}
