#![allow(unused)]
#[actor_core::main]
async fn main(arguments: Vec<String>) {}
