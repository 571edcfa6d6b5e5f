#[actor]
impl Greeter for Robot {
    fn greet(&self) -> String {
        String::new()
    }
}

#[actor]
pub union Both {
    a: u8,
}

#[actor]
impl<'a> Parser<'a> {
    fn f(&self) {}
}

#[actor]
struct Parser<'a>(&'a str);
