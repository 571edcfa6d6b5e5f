//! Checks MessagePack bytes before they are decoded. The check takes linear time, and does not recurse or allocate.

use super::DEPTH;

/// Checks that the bytes are exactly one value, nested at most [`DEPTH`] deep, whose lengths do not
/// exceed the remaining bytes. Extension types are refused, because the encoder never writes them.
pub(super) fn scan(bytes: &[u8]) -> Result<(), String> {
    // The number of missing values of each open array or map, up to the innermost. Every value takes at
    // least one byte, so the number of bytes limits the sum.
    let mut open = [0_u64; DEPTH + 1];
    open[0] = 1;
    let mut innermost = 0;
    let mut rest = bytes;
    loop {
        let missing = &mut open[innermost];
        if *missing == 0 {
            if innermost == 0 {
                break;
            }
            innermost -= 1;
            continue;
        }
        *missing -= 1;
        let (&marker, behind) = rest.split_first().ok_or("it ends early")?;
        rest = behind;
        let (skipped, children) = match marker {
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => (0, 0),
            0xa0..=0xbf => (u64::from(marker & 0x1f), 0),
            0x90..=0x9f => (0, u64::from(marker & 0x0f)),
            0x80..=0x8f => (0, 2 * u64::from(marker & 0x0f)),
            0xcc | 0xd0 => (1, 0),
            0xcd | 0xd1 => (2, 0),
            0xca | 0xce | 0xd2 => (4, 0),
            0xcb | 0xcf | 0xd3 => (8, 0),
            0xc4 | 0xd9 => (number(&mut rest, 1)?, 0),
            0xc5 | 0xda => (number(&mut rest, 2)?, 0),
            0xc6 | 0xdb => (number(&mut rest, 4)?, 0),
            0xdc => (0, number(&mut rest, 2)?),
            0xdd => (0, number(&mut rest, 4)?),
            0xde => (0, 2 * number(&mut rest, 2)?),
            0xdf => (0, 2 * number(&mut rest, 4)?),
            0xc1 | 0xc7..=0xc9 | 0xd4..=0xd8 => return Err("a marker that is never written".into()),
        };
        let skipped = usize::try_from(skipped).ok().filter(|skipped| *skipped <= rest.len());
        let is_covered = children <= rest.len() as u64;
        let Some(skipped) = skipped.filter(|_| is_covered) else {
            return Err("a length beyond the end".into());
        };
        rest = rest.get(skipped..).unwrap_or_default();
        if children > 0 {
            if innermost == DEPTH {
                return Err("it is nested too deep".into());
            }
            innermost += 1;
            open[innermost] = children;
        }
    }
    if rest.is_empty() { Ok(()) } else { Err("bytes are left over".into()) }
}

/// Returns the length of an array, and the bytes of its values.
pub(super) fn array(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (&marker, mut rest) = bytes.split_first()?;
    let length = match marker {
        0x90..=0x9f => u64::from(marker & 0x0f),
        0xdc => number(&mut rest, 2).ok()?,
        0xdd => number(&mut rest, 4).ok()?,
        _ => return None,
    };
    Some((length, rest))
}

/// Reads a big-endian number of `length` bytes.
fn number(rest: &mut &[u8], length: usize) -> Result<u64, String> {
    let (digits, behind) = rest.split_at_checked(length).ok_or("it ends early")?;
    *rest = behind;
    Ok(digits.iter().fold(0, |number, digit| (number << 8) | u64::from(*digit)))
}
