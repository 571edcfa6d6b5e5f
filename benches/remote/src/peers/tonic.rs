//! tonic: unary calls, and a stream of a client as the sends.

use super::{Client, Handled, Noted};
use crate::SENDS;
use crate::figures::Figures;
use generated::echo_client::EchoClient;
use generated::echo_server::{Echo, EchoServer};
use generated::{Number, Text};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status, Streaming};

mod generated {
    tonic::include_proto!("echo");
}

struct Service;

#[tonic::async_trait]
impl Echo for Service {
    async fn echo(&self, request: Request<Text>) -> Result<Response<Text>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn note(&self, request: Request<Streaming<Number>>) -> Result<Response<Number>, Status> {
        let mut numbers = request.into_inner();
        let mut noted = Noted::default();
        while let Some(Number { number }) = numbers.message().await? {
            noted.add(number);
        }
        Ok(Response::new(Number { number: noted.counts().1 }))
    }
}

#[tokio::main]
pub async fn serve(address: &str) {
    let incoming = TcpIncoming::bind(address.parse().expect("an address")).expect("it listens");
    println!("ready");
    let serving = Server::builder()
        .add_service(EchoServer::new(Service))
        .serve_with_incoming(incoming.with_nodelay(Some(true)));
    serving.await.expect("it serves");
}

#[tokio::main]
pub async fn measure(address: &str, figures: Figures) {
    let client = EchoClient::connect(format!("http://{address}")).await.expect("it connects");
    super::measure(Caller(client), figures).await;
}

#[derive(Clone)]
struct Caller(EchoClient<Channel>);

impl Client for Caller {
    async fn call(&mut self, text: String) -> bool {
        self.0.echo(Text { text }).await.is_ok()
    }

    async fn send_all(mut self) -> Handled {
        let numbers = tokio_stream::iter((0..SENDS).map(|number| Number { number }));
        let noted = self.0.note(numbers).await.expect("a reply");
        assert_eq!(noted.into_inner().number, SENDS);
        Handled::all()
    }
}
