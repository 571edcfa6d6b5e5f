//! The bytes of one put: one or more frames, each after its length.

/// The length after which a batch is sent. A frame can be longer; it is then the last of its batch.
pub(super) const FULL: usize = 32 * 1024;

/// Adds a frame to a batch.
pub(super) fn add(batch: &mut Vec<u8>, frame: &[u8]) {
    // A frame is not longer than the body of a message and its head.
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    batch.extend_from_slice(&length.to_le_bytes());
    batch.extend_from_slice(frame);
}

/// Returns the frames of a batch. The rest of a batch that is cut off is returned as a frame, which
/// no node accepts.
pub(super) fn frames(batch: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = batch;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let frame = rest.split_first_chunk::<4>().and_then(|(length, behind)| {
            behind.split_at_checked(u32::from_le_bytes(*length) as usize)
        });
        let (frame, behind) = frame.unwrap_or((&[], &[]));
        rest = behind;
        Some(frame)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(of: &[&[u8]]) -> Vec<u8> {
        let mut batch = Vec::new();
        of.iter().for_each(|frame| add(&mut batch, frame));
        batch
    }

    #[test]
    fn frames_come_back_in_order() {
        let of: [&[u8]; 3] = [b"one", b"", b"three"];
        assert_eq!(frames(&batch(&of)).collect::<Vec<_>>(), of);
        assert_eq!(frames(&[]).count(), 0);
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        assert_eq!(batch(&[b"ab", b"c"]), [2, 0, 0, 0, b'a', b'b', 1, 0, 0, 0, b'c']);
    }

    #[test]
    fn a_batch_that_is_cut_off_ends_with_an_empty_frame() {
        let whole = batch(&[b"one", b"two"]);
        for length in 8..whole.len() {
            let found: Vec<_> = frames(&whole[..length]).collect();
            assert_eq!(found, [&b"one"[..], &[]], "{length} bytes");
        }
        let huge = u32::MAX.to_le_bytes();
        assert_eq!(frames(&huge).collect::<Vec<_>>(), [&[] as &[u8]]);
    }
}
