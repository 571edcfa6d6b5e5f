#[actor(capacity = 3)]
pub unsafe trait Greeter<'a>: Debug {
    fn greet(&self, name: &str);
    fn twin(&self) -> Self;
    fn generic<T>(&self, value: T);
    #[on_stop]
    fn end(&mut self, exit: &Exit);
    #[message]
    fn none();
    fn fine(&self);
}

#[actor]
impl Display for Robot {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Ok(())
    }
}

#[actor(turn = 1)]
impl Greeter for Robot {
    #[on_start]
    fn greet(&self, #[data] name: String, x: ) {}
}
