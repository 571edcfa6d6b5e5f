//! Several nodes in one simulation: what they promise each other, under every fault of the network.

mod abandoned_calls;
mod cancellation;
mod deadlines;
mod decoding;
mod drops;
mod ended_names;
mod exits;
mod five_nodes;
mod flights;
mod forwarded_calls;
mod gateways;
mod lease;
mod lost_sends;
mod names;
mod partitions;
mod planted_bugs;
mod replies;
mod reports;
mod same_seed;
mod streams;
mod subject;
mod unread_addresses;
mod wakers;
