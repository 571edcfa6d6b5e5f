//! Chooses the member for a key by rendezvous hashing. All nodes must choose the same member, so `WIRE.md`
//! specifies the hash.

use super::members::PoolMember;
use crate::remote::Remote;
use crate::transport::NodeId;

/// The hash of a key.
#[derive(Clone, Copy)]
pub(super) struct KeyHash(u64);

impl KeyHash {
    /// Returns the hash of `key`: FNV-1a with 64 bits.
    pub(super) fn of(key: &str) -> Self {
        let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        KeyHash(key.bytes().fold(0xcbf2_9ce4_8422_2325, add))
    }

    /// Returns the weight of an actor for the key.
    fn weight(self, node: NodeId, export: u64) -> u64 {
        mix(mix(mix(self.0) ^ node.0) ^ export)
    }
}

/// Mixes all bits (the last step of `SplitMix64`).
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Returns the index of the member with the highest weight for the key.
pub(super) fn highest<P: Remote>(members: &[PoolMember<P>], hash: KeyHash) -> Option<usize> {
    let weight = |member: &PoolMember<P>| {
        let place = member.actor.place;
        (hash.weight(place.node, place.export), place.node, place.export)
    };
    (0..members.len()).max_by_key(|index| weight(&members[*index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nodes of two versions must choose the same member.
    #[test]
    fn the_weights_of_keys_never_change() {
        let weight = |key, node, export| KeyHash::of(key).weight(NodeId(node), export);
        assert_eq!(weight("", 1, 2), 0xf215_4540_df73_17a4);
        assert_eq!(weight("ada", 0x0123_4567_89ab_cdef, 2), 0xfd8c_0b14_c779_640b);
        assert_eq!(weight("ada", 0x0123_4567_89ab_cdef, 3), 0xccef_6805_a50f_c275);
    }

    #[test]
    fn keys_are_spread_evenly_and_only_those_of_a_member_that_leaves_move() {
        let nodes = [(3, 2), (77, 2), (u64::MAX, 9), (78, 2)];
        let owner = |key: usize, nodes: &[(u64, u64)]| {
            let hash = KeyHash::of(&format!("key {key}"));
            let weight = |(node, export): (u64, u64)| hash.weight(NodeId(node), export);
            nodes.iter().copied().max_by_key(|member| weight(*member)).unwrap()
        };
        let owners: Vec<_> = (0..10_000).map(|key| owner(key, &nodes)).collect();
        for node in nodes {
            let count = owners.iter().filter(|owner| **owner == node).count();
            assert!((2300..2700).contains(&count), "{node:?} has {count} keys");
        }
        for (key, before) in owners.into_iter().enumerate() {
            let after = owner(key, &nodes[1..]);
            assert!(after == before || before == nodes[0], "key {key} has moved");
        }
    }
}
