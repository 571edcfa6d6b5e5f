//! Parts of frames, written as `WIRE.md` describes them and without the code of the crate.

/// The bytes of a number.
pub fn number(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
    out
}

/// The id of a message: FNV-1a of these names and version 1.
pub fn method(names: &[&str]) -> [u8; 8] {
    let names = names.iter().flat_map(|name| name.bytes().chain([0]));
    let bytes = names.chain(1_u32.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.to_le_bytes()
}
