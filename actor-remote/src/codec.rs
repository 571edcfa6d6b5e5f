//! Encodes arguments and replies as MessagePack with field names. This module does not depend on frames.
//!
//! Bytes from another node are scanned before serde reads them. The scan limits lengths and nesting, so the
//! decoder cannot allocate or recurse without limit.

mod checked;
mod scan;

use crate::contained;
use checked::Checked;
use rmp_serde::config::{DefaultConfig, HumanReadableConfig};
use rmp_serde::decode::ReadRefReader;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// The maximum nesting of a value.
pub(crate) const DEPTH: usize = 64;

/// A value that can be an argument or a reply of a remote message.
///
/// Implemented for every type with `Serialize` and `DeserializeOwned`. The encoding is MessagePack with
/// field names. Therefore a new version of a program may add fields with defaults, and may reorder fields.
///
/// ```
/// use actor_remote::Wire;
///
/// let mut bytes = Vec::new();
/// (1_u8, "two".to_owned()).encode(&mut bytes).unwrap();
/// assert_eq!(bytes, [0x92, 1, 0xa3, b't', b'w', b'o']);
/// assert_eq!(<(u8, String)>::decode(&bytes).unwrap(), (1, "two".into()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot leave the process",
    label = "derive `Serialize` and `Deserialize`, or move this message to a block that is not `remote`"
)]
pub trait Wire: Serialize + DeserializeOwned + Send + 'static {
    /// Appends the encoded value to `out`.
    ///
    /// # Errors
    /// If serde reports an error, or if the value would not be decoded as an equal value.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String>;

    /// Decodes a value from exactly these bytes.
    ///
    /// # Errors
    /// If the bytes are not an encoded value of this type. The error says why.
    fn decode(bytes: &[u8]) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> Wire for T {
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        encode(self, out)
    }

    fn decode(bytes: &[u8]) -> Result<Self, String> {
        decode(bytes)
    }
}

pub(crate) fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), String> {
    // Only the closure is compiled for each type.
    contained(&mut || {
        let mut serializer =
            rmp_serde::Serializer::new(&mut *out).with_struct_map().with_human_readable();
        value.serialize(Checked::new(&mut serializer)).map_err(text)
    })
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut value = Err(String::new());
    let outcome = read(bytes, &mut |decoder| {
        value = T::deserialize(decoder).map_err(text);
    });
    outcome.and(value)
}

fn read(bytes: &[u8], read: &mut dyn FnMut(&mut Decoder<'_>)) -> Result<(), String> {
    scan::scan(bytes)?;
    let mut decoder = decoder(bytes, 2 * DEPTH);
    contained(&mut || {
        read(&mut decoder);
        Ok(())
    })
}

fn text<E: Display>(error: E) -> String {
    error.to_string()
}

/// Runs the user's serde code. A panic becomes an error.
fn contained(run: &mut dyn FnMut() -> Result<(), String>) -> Result<(), String> {
    contained::run(run).unwrap_or_else(|| Err("its serde code panicked".into()))
}

type Decoder<'a> =
    rmp_serde::Deserializer<ReadRefReader<'a, [u8]>, HumanReadableConfig<DefaultConfig>>;

fn decoder(bytes: &[u8], depth: usize) -> Decoder<'_> {
    let mut decoder = rmp_serde::Deserializer::from_read_ref(bytes).with_human_readable();
    decoder.set_max_depth(depth);
    decoder
}

/// Appends the head of a tuple of `length` values. An empty tuple is encoded as the unit value.
pub(crate) fn begin_tuple(length: u8, out: &mut Vec<u8>) {
    match length {
        0 => out.push(0xc0),
        1..=15 => out.push(0x90 | length),
        _ => out.extend([0xdc, 0, length]),
    }
}

/// Reads the values of a tuple one by one. An empty tuple is encoded as the unit value.
pub(crate) struct Tuple<'a> {
    decoder: Decoder<'a>,
    /// The number of values that have not been read.
    left: u64,
    is_unit: bool,
}

impl<'a> Tuple<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        scan::scan(bytes)?;
        let (is_unit, (left, rest)) = match bytes {
            [0xc0, rest @ ..] => (true, (0, rest)),
            _ => (false, scan::array(bytes).ok_or("the arguments are not an array")?),
        };
        Ok(Tuple { decoder: decoder(rest, 2 * DEPTH - 1), left, is_unit })
    }

    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        let mut value = Err(String::new());
        let outcome = self.read(&mut |decoder| {
            value = T::deserialize(decoder).map_err(text);
        });
        outcome.and(value)
    }

    fn read(&mut self, read: &mut dyn FnMut(&mut Decoder<'_>)) -> Result<(), String> {
        self.left = self.left.checked_sub(1).ok_or("an argument is missing")?;
        let decoder = &mut self.decoder;
        contained(&mut || {
            read(decoder);
            Ok(())
        })
    }

    /// Checks that all values have been read; `length` is their number.
    pub(crate) fn finish(&self, length: u64) -> Result<(), String> {
        if self.left > 0 || self.is_unit != (length == 0) {
            return Err("the number of arguments is wrong".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Wire;
    use serde::{Deserialize, Serialize};
    use std::time::{Duration, Instant};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Order {
        id: u32,
        note: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Newer {
        note: Option<String>,
        #[serde(default)]
        priority: u8,
        id: u32,
    }

    fn bytes<T: Wire>(value: &T) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.encode(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn fields_may_be_added_with_a_default_and_reordered() {
        let older = bytes(&Order { id: 7, note: None });
        let newer = Newer { note: None, priority: 0, id: 7 };
        assert_eq!(Newer::decode(&older), Ok(newer));
        let newer = bytes(&Newer { note: Some("x".into()), priority: 3, id: 7 });
        assert_eq!(Order::decode(&newer), Ok(Order { id: 7, note: Some("x".into()) }));
    }

    #[test]
    fn a_value_that_would_arrive_changed_is_refused() {
        let mut out = Vec::new();
        assert!(Some(None::<u8>).encode(&mut out).is_err());
        assert!(Some(()).encode(&mut out).is_err());
        assert_eq!(Option::<Option<u8>>::decode(&bytes(&Some(Some(1_u8)))), Ok(Some(Some(1))));
    }

    #[test]
    fn hostile_lengths_and_depths_are_refused() {
        for (hostile, text) in [
            (vec![0xdd, 0xff, 0xff, 0xff, 0xff], "length"),
            (vec![0xdf, 0xff, 0xff, 0xff, 0xff], "length"),
            // 2^37 units: arrays whose lengths multiply.
            ([[0xdd, 0, 0, 0, 32].repeat(5), vec![0xdd, 0x40, 0, 0, 0]].concat(), "length"),
            (vec![0xc6, 0xff, 0xff, 0xff, 0xff], "length"),
            (vec![0x91; 44_000], "deep"),
            (vec![0x92, 1], "length"),
            (vec![1, 1], "left over"),
            (vec![0xc1], "marker"),
        ] {
            let error = Vec::<u8>::decode(&hostile).unwrap_err();
            assert!(error.contains(text), "{error}");
            // The least of several times, because other work can take the processor.
            let time = |_| {
                let begun = Instant::now();
                assert!(Vec::<Vec<()>>::decode(&hostile).is_err());
                begun.elapsed()
            };
            let least = (0..20).map(time).min().unwrap();
            assert!(least < Duration::from_millis(1), "{least:?} for {text}");
        }
    }

    #[test]
    fn random_bytes_never_panic() {
        #[derive(Serialize, Deserialize)]
        struct Tree {
            name: Option<String>,
            children: Vec<Tree>,
        }
        let mut state = 1_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for round in 0..200_000 {
            let length = usize::try_from(random() % 40).unwrap();
            let mut bytes: Vec<u8> = (0..length).map(|_| random().to_le_bytes()[0]).collect();
            if round % 2 == 0 && !bytes.is_empty() {
                bytes[0] = 0x92;
            }
            let _ = Vec::<Tree>::decode(&bytes);
            let _ = <(u64, String)>::decode(&bytes);
        }
    }

    #[test]
    fn a_panic_of_serde_code_is_an_error() {
        #[derive(Debug)]
        struct Angry;

        impl Serialize for Angry {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                panic!("never")
            }
        }

        impl<'de> Deserialize<'de> for Angry {
            fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
                panic!("never")
            }
        }

        assert!(Angry.encode(&mut Vec::new()).is_err());
        assert!(Angry::decode(&[0xc0]).is_err());
    }
}
