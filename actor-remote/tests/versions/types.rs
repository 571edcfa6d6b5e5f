//! Changes inside types. A value is an argument, which is refused before it is handled, and a reply,
//! which gives the caller `BadReply`.

use super::{Effect, Row, connected, outcome};
use actor_core::error::RefusalKind;
use actor_core::prelude::*;
use actor_remote::Wire;
use std::fmt::Debug;

/// A shop of one version: two instances have the same ids.
#[actor]
struct Shop<T> {
    last: T,
}

#[actor(remote = "shop")]
impl<T: Wire + Clone + Debug> Shop<T> {
    /// Returns `order` as this node has read it.
    fn place(&mut self, order: T) -> String {
        format!("{order:?}")
    }

    fn last(&self) -> T {
        self.last.clone()
    }
}

/// A value of one version, and what the other version reads, or nothing if it is refused.
struct Sent<T> {
    value: T,
    read_as: Option<&'static str>,
}

fn read<T>(value: T, read_as: &'static str) -> Sent<T> {
    Sent { value, read_as: Some(read_as) }
}

fn refused<T>(value: T) -> Sent<T> {
    Sent { value, read_as: None }
}

impl Row {
    fn of_types<O, N>(self, older: Sent<O>, newer: Sent<N>) -> Row
    where
        O: Wire + Clone + Debug,
        N: Wire + Clone + Debug,
    {
        self.check_texts::<ShopAddr<O>, ShopAddr<N>>();
        check::<O, N>(self.change, &older.value, &newer, self.newer_to_older);
        check::<N, O>(self.change, &newer.value, &older, self.older_to_newer);
        self
    }
}

/// A node of version `R` reads a value of version `S`, first as an argument and then as a reply.
fn check<R, S>(change: &str, readers: &R, sent: &Sent<S>, cell: &str)
where
    R: Wire + Clone + Debug,
    S: Wire + Clone + Debug,
{
    System::simulation(1).block_on(async {
        let local = Shop { last: readers.clone() }.spawn();
        let (_server, _client, shop) = connected::<_, ShopAddr<S>>(&local).await;
        let as_argument = outcome(shop.place(sent.value.clone()).await);

        let local = Shop { last: sent.value.clone() }.spawn();
        let (_server, _client, shop) = connected::<_, ShopAddr<R>>(&local).await;
        let as_reply = outcome(shop.last().await).map(|order| format!("{order:?}"));

        match sent.read_as {
            Some(value) => {
                assert_eq!(as_argument.as_deref(), Ok(value), "{change}");
                assert_eq!(as_reply.as_deref(), Ok(value), "{change}");
                assert!(!cell.starts_with("refused"), "{change}: {cell}");
            }
            None => {
                assert_eq!(as_argument, Err(RefusalKind::BadFrame), "{change}");
                assert_eq!(as_reply, Err(RefusalKind::BadReply), "{change}");
                assert!(cell.starts_with("refused"), "{change}: {cell}");
            }
        }
    });
}

/// The types of one version.
macro_rules! version {
    ($module:ident: $($item:item)*) => {
        mod $module {
            use serde::{Deserialize, Serialize};

            $(
                #[derive(Clone, Debug, Serialize, Deserialize)]
                $item
            )*
        }
    };
}

version!(plain: pub struct Order { pub id: u32, pub note: String });
version!(with_default: pub struct Order { pub id: u32, #[serde(default)] pub note: String });
version!(strict: #[serde(deny_unknown_fields)] pub struct Order { pub id: u32, pub note: String });
version!(added_with_default:
    pub struct Order { pub id: u32, pub note: String, #[serde(default)] pub tip: u32 });
version!(added_as_option: pub struct Order { pub id: u32, pub note: String, pub tip: Option<u32> });
version!(added_without_default: pub struct Order { pub id: u32, pub note: String, pub tip: u32 });
version!(removed: pub struct Order { pub id: u32 });
version!(reordered: pub struct Order { pub note: String, pub id: u32 });
version!(renamed: pub struct Order { pub id: u32, pub text: String });
version!(renamed_with_default: pub struct Order { pub id: u32, #[serde(default)] pub text: String });
version!(with_alias: pub struct Order { pub id: u32, #[serde(alias = "text")] pub note: String });
version!(other_type: pub struct Order { pub id: String, pub note: String });
version!(wider: pub struct Order { pub id: u64, pub note: String });
version!(optional: pub struct Order { pub id: u32, pub note: Option<String> });
version!(renamed_type: pub struct Purchase { pub id: u32, pub note: String });

version!(states: pub enum State { New, Paid { sum: u32 } });
version!(states_with_other: pub enum State { New, Paid { sum: u32 }, #[serde(other)] Unknown });
version!(more_states: pub enum State { New, Lost(u8), Paid { sum: u32 } });
version!(more_states_with_other:
    pub enum State { New, Lost(u8), Gone, Paid { sum: u32 }, #[serde(other)] Unknown });
version!(renamed_states: pub enum State { Open, Paid { sum: u32 } });

fn note() -> String {
    "n".to_owned()
}

fn plain() -> plain::Order {
    plain::Order { id: 7, note: note() }
}

fn with_default() -> with_default::Order {
    with_default::Order { id: 7, note: note() }
}

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row {
            change: "a field with `#[serde(default)]` is added",
            texts: &["`shop`, message `place`, `order.tip`: it was added with a default: works with \
                      older nodes (an older node ignores it)"],
            effect: Some(Effect::Works),
            newer_to_older: "works, the field is ignored",
            older_to_newer: "works, the field has its default",
        }
        .of_types(
            read(plain(), r#"Order { id: 7, note: "n", tip: 0 }"#),
            read(
                added_with_default::Order { id: 7, note: note(), tip: 5 },
                r#"Order { id: 7, note: "n" }"#,
            ),
        ),
        Row {
            change: "an `Option` field is added",
            texts: &["`shop`, message `place`, `order.tip`: it was added with a default: works with \
                      older nodes (an older node ignores it)"],
            effect: Some(Effect::Works),
            newer_to_older: "works, the field is ignored",
            older_to_newer: "works, the field is `None`",
        }
        .of_types(
            read(plain(), r#"Order { id: 7, note: "n", tip: None }"#),
            read(
                added_as_option::Order { id: 7, note: note(), tip: Some(5) },
                r#"Order { id: 7, note: "n" }"#,
            ),
        ),
        Row {
            change: "a field without a default is added",
            texts: &["`shop`, message `place`, `order.tip`: it was added without a default: breaks older \
                      nodes (this version refuses the values of an older node, which lack it)"],
            effect: Some(Effect::Breaks),
            newer_to_older: "works, the field is ignored",
            older_to_newer: "refused",
        }
        .of_types(
            refused(plain()),
            read(
                added_without_default::Order { id: 7, note: note(), tip: 5 },
                r#"Order { id: 7, note: "n" }"#,
            ),
        ),
        Row {
            change: "a field is added, and the older type has `deny_unknown_fields`",
            texts: &[
                "`shop`, message `place`, `order.tip`: it was added with a default: breaks older nodes \
                 (an older node refuses values with it: it denies unknown fields)",
                "`shop`, message `place`, `order`: it ignores unknown fields now: works with older nodes",
            ],
            effect: Some(Effect::Breaks),
            newer_to_older: "refused",
            older_to_newer: "works, the field has its default",
        }
        .of_types(
            read(
                strict::Order { id: 7, note: note() },
                r#"Order { id: 7, note: "n", tip: 0 }"#,
            ),
            refused(added_with_default::Order { id: 7, note: note(), tip: 5 }),
        ),
        Row {
            change: "a field is removed that has a default in the older type",
            texts: &["`shop`, message `place`, `order.note`: it was removed: works with older nodes (an \
                      older node reads its default)"],
            effect: Some(Effect::Works),
            newer_to_older: "works, the field has its default",
            older_to_newer: "works, the field is ignored",
        }
        .of_types(
            read(with_default(), "Order { id: 7 }"),
            read(removed::Order { id: 7 }, r#"Order { id: 7, note: "" }"#),
        ),
        Row {
            change: "another field is removed",
            texts: &["`shop`, message `place`, `order.note`: it was removed: breaks older nodes (an older \
                      node refuses values without it: it has no default there)"],
            effect: Some(Effect::Breaks),
            newer_to_older: "refused",
            older_to_newer: "works, the field is ignored",
        }
        .of_types(read(plain(), "Order { id: 7 }"), refused(removed::Order { id: 7 })),
        Row {
            change: "fields are reordered",
            texts: &["`shop`, message `place`, `order`: its fields are reordered: works with older nodes"],
            effect: Some(Effect::Works),
            newer_to_older: "works",
            older_to_newer: "works",
        }
        .of_types(
            read(plain(), r#"Order { note: "n", id: 7 }"#),
            read(reordered::Order { note: note(), id: 7 }, r#"Order { id: 7, note: "n" }"#),
        ),
        Row {
            change: "a field with a default is renamed",
            texts: &["`shop`, message `place`, `order.note`: it was removed, and `text` was added: looks \
                      like a rename: breaks older nodes (each node reads the default in place of the \
                      value of the other one)"],
            effect: Some(Effect::LooksLikeRename),
            newer_to_older: "the value is lost: the field has its default",
            older_to_newer: "the value is lost: the field has its default",
        }
        .of_types(
            read(with_default(), r#"Order { id: 7, text: "" }"#),
            read(
                renamed_with_default::Order { id: 7, text: note() },
                r#"Order { id: 7, note: "" }"#,
            ),
        ),
        Row {
            change: "a field without a default is renamed",
            texts: &["`shop`, message `place`, `order.note`: it was removed, and `text` was added: looks \
                      like a rename: breaks older nodes (values of one of them are refused)"],
            effect: Some(Effect::LooksLikeRename),
            newer_to_older: "refused",
            older_to_newer: "refused",
        }
        .of_types(refused(plain()), refused(renamed::Order { id: 7, text: note() })),
        Row {
            change: "a field gets another name by `alias`",
            texts: &["`shop`, message `place`, `order.note`: the name `text` is read as well: works with \
                      older nodes (as long as it is written under a name that an older node reads)"],
            effect: Some(Effect::Works),
            newer_to_older: "works",
            older_to_newer: "works",
        }
        .of_types(
            read(plain(), r#"Order { id: 7, note: "n" }"#),
            read(with_alias::Order { id: 7, note: note() }, r#"Order { id: 7, note: "n" }"#),
        ),
        Row {
            change: "a field gets another type",
            texts: &["`shop`, message `place`, `order.id`: its type was `u32`, and is `string` now: \
                      breaks older nodes (values of one type are refused where the other one does not \
                      include them)"],
            effect: Some(Effect::Breaks),
            newer_to_older: "refused",
            older_to_newer: "refused",
        }
        .of_types(
            refused(plain()),
            refused(other_type::Order { id: "7".to_owned(), note: note() }),
        ),
        Row {
            change: "a number gets a wider type",
            texts: &["`shop`, message `place`, `order.id`: its type was `u32`, and is `u64` now: breaks \
                      older nodes (values of one type are refused where the other one does not include \
                      them)"],
            effect: Some(Effect::Breaks),
            newer_to_older: "refused, if the number is too large for the older type",
            older_to_newer: "works",
        }
        .of_types(
            read(plain(), r#"Order { id: 7, note: "n" }"#),
            refused(wider::Order { id: 1 << 40, note: note() }),
        ),
        Row {
            change: "a type becomes an `Option` of it",
            texts: &["`shop`, message `place`, `order.note`: it is optional now: breaks older nodes (an \
                      older node refuses values without it)"],
            effect: Some(Effect::Breaks),
            newer_to_older: "refused, if it is `None`",
            older_to_newer: "works",
        }
        .of_types(
            read(plain(), r#"Order { id: 7, note: Some("n") }"#),
            refused(optional::Order { id: 7, note: None }),
        ),
        Row {
            change: "a type is renamed",
            texts: &["the file: types in it are renamed or reordered: works with older nodes"],
            effect: Some(Effect::Works),
            newer_to_older: "works",
            older_to_newer: "works",
        }
        .of_types(
            read(plain(), r#"Purchase { id: 7, note: "n" }"#),
            read(renamed_type::Purchase { id: 7, note: note() }, r#"Order { id: 7, note: "n" }"#),
        ),
        Row {
            change: "a variant is added",
            texts: &["`shop`, message `place`, `order.Lost`: it was added: works with older nodes (as \
                      long as it is not sent to them: an older node refuses it)"],
            effect: Some(Effect::Works),
            newer_to_older: "refused, if it is the new variant",
            older_to_newer: "works",
        }
        .of_types(
            read(states::State::Paid { sum: 3 }, "Paid { sum: 3 }"),
            refused(more_states::State::Lost(1)),
        ),
        Row {
            change: "a unit variant is added, and the older type has `#[serde(other)]`",
            texts: &[
                "`shop`, message `place`, `order.Lost`: it was added: works with older nodes (as long as it is \
                 not sent to them: an older node refuses it)",
                "`shop`, message `place`, `order.Gone`: it was added: works with older nodes (an older \
                 node reads `Unknown` instead of it)",
            ],
            effect: Some(Effect::Works),
            newer_to_older: "works, it is the other variant",
            older_to_newer: "works",
        }
        .of_types(
            read(states_with_other::State::New, "New"),
            read(more_states_with_other::State::Gone, "Unknown"),
        ),
        Row {
            change: "a variant is removed",
            texts: &["`shop`, message `place`, `order.Lost`: it was removed: breaks older nodes (this \
                      version refuses values with it)"],
            effect: Some(Effect::Breaks),
            newer_to_older: "works",
            older_to_newer: "refused, if it is the removed variant",
        }
        .of_types(
            refused(more_states::State::Lost(1)),
            read(states::State::New, "New"),
        ),
        Row {
            change: "a variant is renamed",
            texts: &["`shop`, message `place`, `order.New`: it was removed, and `Open` was added: looks \
                      like a rename: breaks older nodes (values of the new name are not read by an older \
                      node, and vice versa)"],
            effect: Some(Effect::LooksLikeRename),
            newer_to_older: "refused",
            older_to_newer: "refused",
        }
        .of_types(refused(states::State::New), refused(renamed_states::State::Open)),
        Row {
            change: "the meaning of a value changes",
            texts: &[],
            effect: None,
            newer_to_older: "read with the wrong meaning",
            older_to_newer: "read with the wrong meaning",
        }
        .of_types(read(7_u32, "7"), read(7_000_u32, "7000")),
    ]
}
