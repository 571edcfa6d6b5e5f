//! Frames for one node in one buffer. This module does not depend on the contents of frames.

/// The length at which a batch is full. A longer frame is the last frame of its batch.
pub(crate) const FULL: usize = 32 * 1024;

/// One or more frames for one node, in the order in which they are sent.
///
/// ```
/// use actor_remote::Batch;
///
/// let batch = Batch::from_bytes(&[2, 0, 0, 0, 7, 8, 1, 0, 0, 0, 9]);
/// assert_eq!(batch.frames().collect::<Vec<_>>(), [&[7, 8][..], &[9]]);
/// assert_eq!(batch.into_bytes().len(), 11);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The frames, each after its length as four little-endian bytes.
    bytes: Vec<u8>,
}

impl Batch {
    /// Creates a batch from the bytes that [`into_bytes`](Self::into_bytes) has returned.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Batch { bytes: bytes.to_vec() }
    }

    /// Returns the frames. If the batch is cut off, the last frame is empty. No node accepts an empty frame.
    pub fn frames(&self) -> impl Iterator<Item = &[u8]> {
        self.iter()
    }

    pub(crate) fn iter(&self) -> Frames<'_> {
        Frames::of(&self.bytes)
    }

    /// Returns the frames in one buffer, each after its length as four little-endian bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns a batch of one frame.
    pub(crate) fn of(frame: &[u8]) -> Self {
        let mut batch = Batch::with_capacity(frame.len() + 4);
        batch.add(|out| out.extend_from_slice(frame));
        batch
    }

    /// Returns an empty batch with room for this number of bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Batch { bytes: Vec::with_capacity(bytes) }
    }

    /// Adds the frame that `write` appends to the buffer.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write(&mut self.bytes);
        let length = self.bytes.len() - start - 4;
        // The limit of a body keeps frames far below `u32::MAX`.
        let encoded = u32::try_from(length).unwrap_or(u32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&encoded.to_le_bytes());
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// The frames of a batch, as [`Batch::frames`] returns them.
#[derive(Clone, Copy)]
pub(crate) struct Frames<'a> {
    next: Option<&'a [u8]>,
    rest: &'a [u8],
}

impl<'a> Frames<'a> {
    pub(crate) fn of(batch: &'a [u8]) -> Self {
        let mut frames = Frames { next: None, rest: batch };
        frames.next = frames.split();
        frames
    }

    pub(crate) fn one(frame: &'a [u8]) -> Self {
        Frames { next: Some(frame), rest: &[] }
    }

    /// Returns the next frame, which stays the next one.
    pub(crate) fn peek(&self) -> Option<&'a [u8]> {
        self.next
    }

    /// Returns the number of bytes of all frames that are left.
    pub(crate) fn len(&self) -> usize {
        self.next.map_or(0, <[u8]>::len) + self.rest.len()
    }

    fn split(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let frame = self.rest.split_first_chunk::<4>().and_then(|(length, behind)| {
            behind.split_at_checked(u32::from_le_bytes(*length) as usize)
        });
        let (frame, behind) = frame.unwrap_or((&[], &[]));
        self.rest = behind;
        Some(frame)
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let next = self.next;
        self.next = self.split();
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(of: &[&[u8]]) -> Vec<u8> {
        let mut batch = Batch::default();
        for frame in of {
            batch.add(|out| out.extend_from_slice(frame));
        }
        batch.into_bytes()
    }

    #[test]
    fn frames_come_back_in_order() {
        let of: [&[u8]; 3] = [b"one", b"", b"three"];
        assert_eq!(Frames::of(&batch(&of)).collect::<Vec<_>>(), of);
        assert_eq!(Frames::of(&[]).count(), 0);
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        assert_eq!(batch(&[b"ab", b"c"]), [2, 0, 0, 0, b'a', b'b', 1, 0, 0, 0, b'c']);
    }

    #[test]
    fn a_batch_that_is_cut_off_ends_with_an_empty_frame() {
        let whole = batch(&[b"one", b"two"]);
        for length in 8..whole.len() {
            let found: Vec<_> = Frames::of(&whole[..length]).collect();
            assert_eq!(found, [&b"one"[..], &[]], "{length} bytes");
        }
        let huge = u32::MAX.to_le_bytes();
        assert_eq!(Frames::of(&huge).collect::<Vec<_>>(), [&[] as &[u8]]);
    }
}
