//! Raw names, keywords in disguise, and messages named like the verbs of an address; an actor named as
//! what the prelude imports.
#![deny(warnings)]

use actor_core::prelude::*;

#[actor]
pub struct Names;

#[actor]
impl Names {
    pub fn r#type(&self, r#fn: u8, this: u8, self_: u8, message: u8) -> u8 {
        r#fn + this + self_ + message
    }

    pub fn self_(&self) -> Self {
        Self
    }

    pub fn _1(&self, _type: u8) -> Vec<Self> {
        Vec::new()
    }

    pub fn stop(&self) -> u8 {
        1
    }

    pub fn clone(&self) -> u8 {
        2
    }

    pub fn join(&self, id: u8) -> u8 {
        id
    }
}

/// Named as what the prelude imports.
#[actor]
pub struct Child;

#[actor]
impl Child {
    pub fn spawn_process(&self, topic: u8) -> u8 {
        topic
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let names = Names.spawn();
    assert_eq!(names.r#type(1, 2, 3, 4).await?, 10);
    assert_eq!(names._1(1).await?.len(), 0);
    assert_eq!(names.stop().await?, 1);
    assert_eq!(names.clone().await?, 2);
    assert_eq!(names.join(3).await?, 3);
    let _: Names = names.self_().await?;
    assert_eq!(Child.spawn().spawn_process(5).await?, 5);
    let again: NamesAddr = Clone::clone(&names);
    Addr::stop(&again);
    Ok(())
}
