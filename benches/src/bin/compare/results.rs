//! The measurements: one sample per round for each workload, number of workers and framework.

use std::collections::BTreeMap;

/// The `name=number` pairs that a binary printed.
pub type Sample = BTreeMap<String, f64>;

#[derive(Default)]
pub struct Results {
    samples: BTreeMap<(&'static str, usize, &'static str), Vec<Sample>>,
}

/// The median and the extremes of several rounds.
#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Results {
    pub fn add(
        &mut self,
        workload: &'static str,
        workers: usize,
        framework: &'static str,
        sample: Sample,
    ) {
        self.samples.entry((workload, workers, framework)).or_default().push(sample);
    }

    /// The results of all rounds for `what`.
    fn rounds(&self, workload: &str, workers: usize, framework: &str, what: &str) -> Vec<f64> {
        let of = |key: &(&str, usize, &str)| *key == (workload, workers, framework);
        let samples = self.samples.iter().filter(|(key, _)| of(key)).flat_map(|(_, all)| all);
        samples.filter_map(|sample| sample.get(what).copied()).collect()
    }

    pub fn get(&self, workload: &str, workers: usize, who: &str, what: &str) -> Option<Spread> {
        spread(self.rounds(workload, workers, who, what))
    }

    /// The ratio of `who` to `other` in each round, because a disturbance of a round affects both.
    pub fn ratio(
        &self,
        (workload, workers): (&str, usize),
        who: &str,
        other: &str,
        what: &str,
    ) -> Option<Spread> {
        let above = self.rounds(workload, workers, who, what);
        let below = self.rounds(workload, workers, other, what);
        spread(above.iter().zip(&below).map(|(above, below)| above / below).collect())
    }
}

fn spread(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_by(f64::total_cmp);
    let (least, most) = (*values.first()?, *values.last()?);
    Some(Spread { median: values[values.len() / 2], least, most })
}
