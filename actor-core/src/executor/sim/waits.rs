//! Layer 1: what each subject waits for since its last step, as far as that is known. Plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Subject;

/// One thing that a subject waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// Something of another subject, as `an answer of` it.
    Of(Subject, &'static str),
    /// A sleep or a timeout that ends at this time.
    Time(Duration),
    /// A tick that is due at this time.
    Tick(Duration),
}

#[derive(Default)]
pub(super) struct Waits(BTreeMap<Subject, Vec<Awaited>>);

impl Waits {
    /// A step of `subject` begins: its waits are noted anew.
    pub(super) fn begin(&mut self, subject: Subject) {
        self.0.remove(&subject);
    }

    pub(super) fn note(&mut self, subject: Subject, awaited: Awaited) {
        let waits = self.0.entry(subject).or_default();
        waits.retain(|other| *other != awaited);
        waits.push(awaited);
    }

    pub(super) fn of(&self, subject: Subject) -> &[Awaited] {
        self.0.get(&subject).map_or(&[], Vec::as_slice)
    }

    /// Whether `subject` waits for any of `those`, or for one that does.
    pub(super) fn leads(&self, subject: Subject, those: &BTreeSet<Subject>) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![subject]);
        while let Some(subject) = next.pop() {
            for awaited in self.of(subject) {
                let Awaited::Of(other, _) = *awaited else { continue };
                if those.contains(&other) {
                    return true;
                }
                if seen.insert(other) {
                    next.push(other);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaited, BTreeSet, Duration, Subject, Waits};

    #[test]
    fn a_wait_leads_over_others_until_its_subject_goes_on() {
        let mut waits = Waits::default();
        let [one, two, three] = [1, 2, 3].map(Subject::Task);
        waits.note(Subject::Body, Awaited::Of(one, "the end of"));
        waits.note(one, Awaited::Time(Duration::ZERO));
        waits.note(one, Awaited::Of(two, "the end of"));
        waits.note(two, Awaited::Of(one, "the end of"));
        assert!(waits.leads(Subject::Body, &BTreeSet::from([two, three])));
        assert!(!waits.leads(Subject::Body, &BTreeSet::from([three])));
        waits.begin(one);
        assert!(!waits.leads(Subject::Body, &BTreeSet::from([two, three])));
    }
}
