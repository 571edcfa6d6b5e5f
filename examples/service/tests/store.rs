//! A client of the store, over a real socket.

use actor_core::prelude::*;
use service::store::{Store, serve};
use smol::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use smol::net::{TcpListener, TcpStream};
use smol::stream::StreamExt;
use std::sync::Arc;

#[test]
fn a_client_reads_what_it_has_written() {
    let executor = Arc::new(smol::Executor::new());
    let system = System::smol(executor.clone());
    let store = system.spawn(Store::default());
    smol::block_on(executor.run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _server = executor.spawn(async move { serve(listener, &system, store).await });

        let mut client = TcpStream::connect(address).await.unwrap();
        let requests = b"get apples\nset apples 3\nset apples 4\nget apples\nset apples x\nput\n";
        client.write_all(requests).await.unwrap();
        let answers: Vec<String> =
            BufReader::new(client).lines().take(6).map(Result::unwrap).collect().await;
        let expected =
            ["none", "none", "3", "4", "`x` is no number", "say `get KEY` or `set KEY NUMBER`"];
        assert_eq!(answers, expected);
    }));
}
