//! The actors of two workloads of the Savina suite (Imam and Sarkar, *Savina – An Actor Benchmark Suite*,
//! AGERE 2014). They say which messages follow from a message; the frameworks only deliver them.
//!
//! Each actor waits for the answer to its message before it sends the next one, so that a mailbox with a
//! capacity of 64 messages has space for the messages of all [`PLAYERS`] and never fills up.

use async_channel::Sender;
use std::borrow::Cow;

/// The number of actors that ping each other, and of creatures.
pub const PLAYERS: usize = 60;

/// A message between the actors, whose addresses are of type `A`.
pub enum Letter<A> {
    /// The addresses that the recipient uses.
    Contacts(Vec<A>),
    /// Starts a round: the number of pings, or of meetings.
    Start(u64),
    Ping(A),
    Pong,
    /// Of a creature to the mall, which passes it on to the waiting creature.
    Meet(A, Color),
    /// The answer of the creature that waited.
    Change(Color),
    /// The mall has closed.
    Closed,
    /// The number of meetings of a creature.
    Met(u64),
}

/// One of three colors: 0, 1 or 2.
pub type Color = u8;

/// Receives the number that an actor has counted in a round.
pub type Total = Sender<u64>;

/// The state of an actor.
pub struct Role<A> {
    contacts: Vec<A>,
    /// The place of its own address.
    own: usize,
    part: Part<A>,
}

enum Part<A> {
    Pinger { random: u64, left: u64, answered: u64, result: Total },
    Mall { left: u64, waiting: Option<A>, closed: usize, met: u64, result: Total },
    Creature { color: Color, met: u64 },
}

/// The messages that follow from a message, and their recipients.
type Replies<'a, A> = [Option<(Cow<'a, A>, Letter<A>)>; 2];

impl<A: Clone> Role<A> {
    /// Pings another actor chosen at random, and the next one after the answer. Its contacts are all pingers.
    pub fn pinger(own: usize, result: Total) -> Self {
        let random = own as u64 + 1;
        Role { contacts: vec![], own, part: Part::Pinger { random, left: 0, answered: 0, result } }
    }

    /// Pairs the creatures that arrive.
    pub fn mall(result: Total) -> Self {
        let part = Part::Mall { left: 0, waiting: None, closed: 0, met: 0, result };
        Role { contacts: vec![], own: 0, part }
    }

    /// Goes to the mall after each meeting. Its contacts are the mall and itself.
    pub fn creature(color: Color) -> Self {
        Role { contacts: vec![], own: 1, part: Part::Creature { color, met: 0 } }
    }

    /// Handles a message.
    pub fn handle(&mut self, letter: Letter<A>) -> Replies<'_, A> {
        let Role { contacts, own, part } = self;
        match (part, letter) {
            (_, Letter::Contacts(all)) => *contacts = all,
            (_, Letter::Ping(from)) => return [Some((Cow::Owned(from), Letter::Pong)), None],
            (Part::Pinger { random, left, answered, .. }, Letter::Start(pings)) => {
                (*left, *answered) = (pings, 0);
                return [ping(contacts, *own, random, left), None];
            }
            (Part::Pinger { random, left, answered, result }, Letter::Pong) => {
                *answered += 1;
                if *left > 0 {
                    return [ping(contacts, *own, random, left), None];
                }
                let _ = result.try_send(*answered);
            }
            (Part::Mall { left, .. }, Letter::Start(meetings)) => *left = meetings,
            (Part::Mall { left: 0, .. }, Letter::Meet(creature, _)) => {
                return [Some((Cow::Owned(creature), Letter::Closed)), None];
            }
            (Part::Mall { left, waiting, .. }, Letter::Meet(creature, color)) => {
                let Some(first) = waiting.take() else {
                    *waiting = Some(creature);
                    return [None, None];
                };
                *left -= 1;
                return [Some((Cow::Owned(first), Letter::Meet(creature, color))), None];
            }
            (Part::Mall { closed, met, result, .. }, Letter::Met(count)) => {
                *closed += 1;
                *met += count;
                if *closed == PLAYERS {
                    let _ = result.try_send(*met);
                    (*closed, *met) = (0, 0);
                }
            }
            (Part::Creature { color, .. }, Letter::Start(_)) => {
                return [visit(contacts, *own, *color), None];
            }
            (Part::Creature { color, met }, Letter::Meet(other, others)) => {
                *color = complement(*color, others);
                *met += 1;
                let change = (Cow::Owned(other), Letter::Change(*color));
                return [Some(change), visit(contacts, *own, *color)];
            }
            (Part::Creature { color, met }, Letter::Change(new)) => {
                *color = new;
                *met += 1;
                return [visit(contacts, *own, *color), None];
            }
            (Part::Creature { met, .. }, Letter::Closed) => {
                let met = std::mem::take(met);
                return [Some((Cow::Borrowed(&contacts[0]), Letter::Met(met))), None];
            }
            _ => unreachable!("no actor sends this to another"),
        }
        [None, None]
    }
}

/// A ping to another actor than `own`.
fn ping<'a, A: Clone>(
    all: &'a [A],
    own: usize,
    random: &mut u64,
    left: &mut u64,
) -> Option<(Cow<'a, A>, Letter<A>)> {
    *left -= 1;
    // The generator of Knuth's MMIX; its upper bits are the better ones.
    *random =
        random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let step = 1 + (*random >> 33) as usize % (all.len() - 1);
    let other = &all[(own + step) % all.len()];
    Some((Cow::Borrowed(other), Letter::Ping(all[own].clone())))
}

fn visit<A: Clone>(contacts: &[A], own: usize, color: Color) -> Option<(Cow<'_, A>, Letter<A>)> {
    Some((Cow::Borrowed(&contacts[0]), Letter::Meet(contacts[own].clone(), color)))
}

/// The same color if both are equal, else the third one.
fn complement(one: Color, other: Color) -> Color {
    (6 - one - other) % 3
}

#[test]
fn two_colors_give_the_third() {
    assert_eq!([complement(0, 1), complement(1, 2), complement(2, 0)], [2, 0, 1]);
    assert_eq!([complement(0, 0), complement(1, 1), complement(2, 2)], [0, 1, 2]);
}
