//! A hand-written tokio task with unbounded channels: see `benches::by_hand`.

fn main() {
    benches::run::<benches::by_hand::Tokio<benches::by_hand::Unbounded>>();
}
