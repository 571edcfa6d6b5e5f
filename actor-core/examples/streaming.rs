//! `streaming`: a log that three readers follow. One of them is slow, and holds up neither the log nor the
//! other two.

use actor_core::prelude::*;
use actor_core::streaming::ReplyStream;
use futures_lite::{Stream, StreamExt, stream};

#[actor]
#[derive(Default)]
struct Log {
    lines: Vec<String>,
    /// The requests for lines that are not written yet.
    waiting: Vec<(usize, Reply<String>)>,
}

#[actor]
impl Log {
    /// The lines from `from` on, and each new one. A task for each reader waits for that reader alone.
    fn tail(
        &self,
        from: usize,
        context: &Context<Self>,
    ) -> impl Stream<Item = String> + Send + 'static {
        stream::unfold((context.address(), from), |(log, number)| async move {
            let line = log.line(number).await.ok()?;
            Some((line, (log, number + 1)))
        })
    }

    /// One line, as soon as it is written.
    fn line(&mut self, number: usize, reply: Reply<String>) {
        match self.lines.get(number) {
            Some(line) => drop(reply.send(line.clone())),
            None => self.waiting.push((number, reply)),
        }
    }

    fn write(&mut self, line: String) {
        let number = self.lines.len();
        for (_, reply) in self.waiting.extract_if(.., |(wanted, _)| *wanted == number) {
            let _ = reply.send(line.clone());
        }
        self.lines.push(line);
    }
}

/// Reads this many lines, in order.
async fn read(lines: &mut ReplyStream<String>, numbers: std::ops::Range<usize>) -> CallResult {
    for number in numbers {
        let line = lines.next().await.transpose()?;
        assert_eq!(line, Some(format!("line {number}")));
    }
    Ok(())
}

type CallResult = Result<(), CallError>;

#[actor_core::main]
async fn main() -> CallResult {
    let log = Log::default().spawn();
    let mut fast = log.tail(0).stream();
    let mut late = log.tail(50).stream_of(1);
    let mut slow = log.tail(0).stream_of(4);

    let write = async {
        for number in 0..100 {
            log.write(format!("line {number}")).await?;
        }
        CallResult::Ok(())
    };
    read_while(write, read(&mut slow, 0..3)).await?;
    println!("100 lines are written, and the slow reader has read 3 of them");

    read(&mut fast, 0..100).await?;
    read(&mut late, 50..100).await?;
    println!("the other readers have read all lines, each from its first one on");

    drop(late);
    read(&mut slow, 3..100).await?;
    println!("the slow reader has read them as well");

    log.stop();
    log.join().await;
    println!("a reader that comes too late gets {:?}", log.tail(0).stream().next().await);
    Ok(())
}

/// Both at once.
async fn read_while(
    write: impl Future<Output = CallResult>,
    read: impl Future<Output = CallResult>,
) -> CallResult {
    let (written, read) = actor_core::future::zip(write, read).await;
    written.and(read)
}
