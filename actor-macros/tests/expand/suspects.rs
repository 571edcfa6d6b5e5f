#[actor]
impl One {
    fn f(&self, entry: Entry, more: Vec<Entry>, number: u8) {}
}

#[actor]
impl Many {
    fn f(&self, entry: Entry, other: Other) -> Third {
        x
    }
}

#[actor]
impl Sure {
    fn f(&self, entry: Entry, other: Rc<u8>) {}
}
