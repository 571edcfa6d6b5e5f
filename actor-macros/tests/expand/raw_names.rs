#[actor(local)]
pub enum r#Type {
    A,
}

#[actor(local)]
impl r#Type {
    pub async fn r#fn(&self, r#match: u8, self_: u8, arg0: u8, (a, b): (u8, u8)) {}

    pub fn self_(&self) {}

    pub fn _1(&self, message: Message, reply: Reply, _type: u8) {}
}
