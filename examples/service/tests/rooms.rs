//! Clients of the chat rooms, over real sockets.

use actor_core::prelude::*;
use futures_util::{SinkExt, StreamExt};
use service::rooms::{Rooms, router};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn enter(port: u16, room: &str) -> Client {
    let (mut client, _) =
        connect_async(format!("ws://127.0.0.1:{port}/rooms/{room}")).await.unwrap();
    assert_eq!(hear(&mut client).await, format!("welcome to {room}"));
    client
}

async fn hear(client: &mut Client) -> String {
    client.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

async fn say(client: &mut Client, line: &str) {
    client.send(Message::text(line)).await.unwrap();
}

#[tokio::test]
async fn a_line_reaches_the_clients_of_its_room_and_an_empty_room_closes() {
    let rooms = Rooms::default().spawn();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(axum::serve(listener, router(rooms.clone())).into_future());

    let (mut ada, mut bob) = (enter(port, "blue").await, enter(port, "blue").await);
    let mut eve = enter(port, "red").await;
    assert_eq!(rooms.count().await, Ok(2));
    say(&mut ada, "hello").await;
    assert_eq!(hear(&mut bob).await, "hello");
    assert_eq!(hear(&mut ada).await, "hello");
    // The first line that the other room hears is its own.
    say(&mut eve, "anyone?").await;
    assert_eq!(hear(&mut eve).await, "anyone?");

    drop(eve);
    while rooms.count().await != Ok(1) {
        tokio::task::yield_now().await;
    }
    say(&mut bob, "still here").await;
    assert_eq!(hear(&mut ada).await, "still here");
    server.abort();
}
