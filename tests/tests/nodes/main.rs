//! Several nodes in one simulation: what they promise each other, under every fault of the network.

mod five_nodes;
