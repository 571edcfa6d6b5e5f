//! The actor that the mutated frames are for: its messages have arguments of every shape.

use actor_core::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub article: String,
    pub price: Option<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Shape {
    Empty,
    Circle(f64),
    Rectangle { width: u32, height: u32 },
    Many(Vec<Shape>),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
    pub lines: Vec<Line>,
    pub note: Option<String>,
    pub tags: BTreeMap<String, Vec<u8>>,
    pub shape: Shape,
}

#[actor]
#[derive(Default)]
pub struct Subject {
    pub handled: Arc<AtomicU64>,
}

impl Subject {
    fn count(&self) -> u64 {
        self.handled.fetch_add(1, Ordering::Relaxed)
    }
}

#[actor(remote = "subject")]
impl Subject {
    pub fn order(&mut self, order: Order) -> Order {
        self.count();
        order
    }

    pub fn units(&mut self, units: Vec<()>) -> usize {
        self.count();
        units.len()
    }

    pub fn texts(&mut self, texts: Vec<String>) -> Vec<String> {
        self.count();
        texts
    }

    pub fn lists(&mut self, lists: Vec<Vec<Option<u8>>>) -> usize {
        self.count();
        lists.len()
    }

    pub fn numbers(&mut self, count: u64, numbers: Replies<u64>) {
        self.count();
        let is_sent = |number: &u64| numbers.try_send(*number).is_ok();
        assert!((0..count).take_while(is_sent).count() <= 64);
    }

    pub fn give(&mut self, _other: SubjectAddr) {
        self.count();
    }

    pub fn gather(&mut self, others: Vec<SubjectAddr>) -> usize {
        self.count();
        others.len()
    }

    pub fn pair(&mut self, a: u8, b: String) -> (String, u8) {
        self.count();
        (b, a)
    }
}
