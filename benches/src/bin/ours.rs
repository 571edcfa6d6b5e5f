//! This framework: see `benches::ours`.

fn main() {
    benches::run::<benches::ours::Sync>();
}
