// Streaming replies in both forms, of an actor and of a protocol.

#[actor]
struct Log<T> {
    lines: Vec<T>,
    tails: Vec<Replies<T>>,
}

#[actor]
impl<T: Clone + Send + 'static> Log<T> {
    /// The lines from `from` on, and each new one.
    fn tail(&mut self, from: usize, context: &Context<Self>, lines: Replies<T>) {
        self.tails.push(lines);
    }

    /// The lines so far.
    async fn lines(&self) -> impl Stream<Item = T> + Send + 'static {
        stream::iter(self.lines.clone())
    }

    fn take_over(&mut self, #[data] lines: Replies<T>) {
        self.tails.push(lines);
    }
}

#[actor]
trait Feed<T: Send + 'static> {
    fn push(&mut self, items: Replies<T>);
    fn pull(&self) -> impl Stream<Item = T> + Send + 'static;
}

#[actor]
impl Log<u8> {
    fn borrows(&self) -> impl Stream<Item = u8> + Send;
    fn answers_twice(&self, reply: Reply<u8>, lines: Replies<u8>) {}
    fn not_last(&self, lines: Replies<u8>, from: usize) {}
}
