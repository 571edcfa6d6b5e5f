#[actor]
impl Counter {
    pub fn add(&mut self, x: ) { self. }

    pub fn label(&self) -> String { let x = ; }

    pub fn cut

    pub fn last(&self) {}
}
