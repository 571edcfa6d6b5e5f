//! The waits of each agent since its last step, as far as they are known. Plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Agent;

/// An event that an agent waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// An event of another agent, described as in `an answer of`.
    Of(Agent, &'static str),
    /// A sleep or a timeout that ends at this time.
    Time(Duration),
    /// A tick that is due at this time.
    Tick(Duration),
}

#[derive(Default)]
pub(super) struct WaitGraph(BTreeMap<Agent, Vec<Awaited>>);

impl WaitGraph {
    /// Removes the earlier waits of `agent`, because a step of it begins.
    pub(super) fn begin(&mut self, agent: Agent) {
        self.0.remove(&agent);
    }

    pub(super) fn note(&mut self, agent: Agent, awaited: Awaited) {
        let waits = self.0.entry(agent).or_default();
        waits.retain(|other| *other != awaited);
        waits.push(awaited);
    }

    pub(super) fn of(&self, agent: Agent) -> &[Awaited] {
        self.0.get(&agent).map_or(&[], Vec::as_slice)
    }

    /// Returns whether `agent` waits for any of `those`, directly or through other agents.
    pub(super) fn leads(&self, agent: Agent, those: &BTreeSet<Agent>) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![agent]);
        while let Some(agent) = next.pop() {
            for awaited in self.of(agent) {
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
    use super::{Agent, Awaited, BTreeSet, Duration, WaitGraph};

    #[test]
    fn a_wait_leads_over_others_until_its_agent_continues() {
        let mut waits = WaitGraph::default();
        let [one, two, three] = [1, 2, 3].map(Agent::Task);
        waits.note(Agent::Root, Awaited::Of(one, "the end of"));
        waits.note(one, Awaited::Time(Duration::ZERO));
        waits.note(one, Awaited::Of(two, "the end of"));
        waits.note(two, Awaited::Of(one, "the end of"));
        assert!(waits.leads(Agent::Root, &BTreeSet::from([two, three])));
        assert!(!waits.leads(Agent::Root, &BTreeSet::from([three])));
        waits.begin(one);
        assert!(!waits.leads(Agent::Root, &BTreeSet::from([two, three])));
    }
}
