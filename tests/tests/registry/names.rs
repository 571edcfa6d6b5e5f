//! The holders of names, their lifetime, and lookups.

use actor_core::address::RegisterError;
use actor_core::prelude::*;
use futures_lite::future::yield_now;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tests::Gate;

#[actor]
struct Cat;

#[actor]
impl Cat {
    fn ping(&self) {}

    async fn sleep(&mut self, arrived: Gate, gate: Gate) {
        arrived.open();
        gate.pass().await;
    }

    fn fail(&self) {
        std::panic::resume_unwind(Box::new("planned"));
    }
}

#[actor]
struct Dog;

#[actor]
impl Dog {}

async fn end(cat: &CatAddr) {
    cat.stop();
    cat.join().await;
}

pub fn a_taken_name_is_refused(system: &System) {
    system.block_on(async {
        let (first, second) = (Cat.spawn(), Cat.spawn());
        assert_eq!(first.register("cat"), Ok(()));
        assert_eq!(second.register("cat"), Err(RegisterError::Taken));
        assert_eq!(first.register("cat"), Ok(()), "it has the name already");
        assert_eq!(Dog.spawn().register("cat"), Err(RegisterError::Taken));
        assert_eq!(CatAddr::lookup("cat"), Some(first.clone()));
        assert_eq!(CatAddr::lookup("other"), None);
        assert!(!second.unregister("cat"), "it is not its name");
        assert_eq!(CatAddr::lookup("cat"), Some(first));
    });
}

pub fn an_actor_may_have_several_names(system: &System) {
    system.block_on(async {
        let (cat, other) = (Cat.spawn(), Cat.spawn());
        for name in ["a", "b", "c", ""] {
            assert_eq!(cat.register(name), Ok(()));
        }
        assert_eq!(cat.label(), "a");
        assert!(cat.unregister("b"));
        assert_eq!(other.register("b"), Ok(()));
        assert_eq!(CatAddr::lookup(""), Some(cat.clone()));
        end(&cat).await;
        for name in ["a", "c", ""] {
            assert_eq!(CatAddr::lookup(name), None);
        }
        assert_eq!(CatAddr::lookup("b"), Some(other));
    });
}

pub fn the_end_of_one_never_frees_the_name_of_another(system: &System) {
    system.block_on(async {
        let first = Cat.spawn();
        first.register("cat").unwrap();
        assert!(first.unregister("cat"));
        let second = Cat.spawn();
        second.register("cat").unwrap();
        // It had the name, and one that tried to get it ends too.
        let third = Cat.spawn();
        assert_eq!(third.register("cat"), Err(RegisterError::Taken));
        end(&first).await;
        end(&third).await;
        third.kill();
        assert_eq!(CatAddr::lookup("cat"), Some(second.clone()));
        assert_eq!(second.ping().await, Ok(()));
    });
}

pub fn a_name_is_free_the_moment_its_holder_has_ended(system: &System) {
    system.block_on(async {
        for round in 0..200 {
            let cat = Cat.spawn();
            assert_eq!(cat.register("cat"), Ok(()), "in round {round}");
            match round % 4 {
                0 => cat.stop(),
                1 => cat.kill(),
                2 => assert!(cat.fail().await.is_err()),
                // without the name, no reference keeps it alive.
                _ => assert!(cat.unregister("cat")),
            }
            let weak = cat.downgrade();
            drop(cat);
            // An observer of the end finds the name free.
            weak.join().await;
            assert_eq!(CatAddr::lookup("cat"), None);
        }
    });
}

pub fn a_name_is_registered_once(system: &System) {
    let given = AtomicUsize::new(0);
    for round in 0..50 {
        let name = format!("cat {round}");
        let cats: Vec<_> = (0..4).map(|_| Cat.spawn_on(system)).collect();
        thread::scope(|scope| {
            for cat in &cats {
                scope.spawn(|| match cat.register(&name) {
                    Ok(()) => given.fetch_add(1, Ordering::Relaxed),
                    Err(error) => {
                        assert_eq!(error, RegisterError::Taken);
                        0
                    }
                });
            }
        });
        assert_eq!(given.load(Ordering::Relaxed), round + 1);
        let holder = system.lookup::<CatAddr>(&name).unwrap();
        assert!(cats.contains(&holder));
    }
}

pub fn a_dying_actor_keeps_no_name(system: &System) {
    system.block_on(async {
        let cat = Cat.spawn();
        end(&cat).await;
        assert_eq!(cat.register("cat"), Err(RegisterError::Ended));
        assert_eq!(CatAddr::lookup("cat"), None);
        // While it drains it is not over: the name is free again when it is.
        let cat = Cat.spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        cat.sleep(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        cat.stop();
        assert_eq!(cat.register("cat"), Ok(()));
        assert_eq!(Cat.spawn().register("cat"), Err(RegisterError::Taken));
        gate.open();
        assert_eq!(cat.join().await, Exit::Stopped);
        assert_eq!(Cat.spawn().register("cat"), Ok(()));
    });
    system.block_on(async {
        // Registering races with the end: the name is never left behind.
        for _ in 0..100 {
            let cat = Cat.spawn();
            let ender = cat.clone();
            let ends = thread::spawn(move || ender.kill());
            let outcome = cat.register("raced");
            cat.join().await;
            assert!(matches!(outcome, Ok(()) | Err(RegisterError::Ended)), "{outcome:?}");
            assert_eq!(CatAddr::lookup("raced"), None);
            ends.join().unwrap();
        }
    });
}

pub fn a_name_keeps_its_actor_alive_until_it_is_taken_back(system: &System) {
    system.block_on(async {
        let cat = Cat.spawn();
        cat.register("cat").unwrap();
        let weak = cat.downgrade();
        drop(cat);
        for _ in 0..50 {
            yield_now().await;
        }
        let found = CatAddr::lookup("cat").expect("its name keeps it");
        assert_eq!(found.ping().await, Ok(()));
        assert!(found.unregister("cat"));
        drop(found);
        let exit = weak.join().await;
        assert!(matches!(exit, Exit::Stopped | Exit::NoActor), "{exit}");
    });
}

pub fn names_of_two_systems_are_independent(system: &System) {
    let other = System::builder().threads(1).build();
    let (here, there) = (Cat.spawn_on(system), Cat.spawn_on(&other));
    // The name goes to the actor's own system, wherever it is given.
    system.block_on(async {
        assert_eq!((here.register("cat"), there.register("cat")), (Ok(()), Ok(())));
        assert_eq!(CatAddr::lookup("cat"), Some(here.clone()));
    });
    assert_eq!(other.lookup("cat"), Some(there.clone()));
    other.block_on(async { assert_eq!(CatAddr::lookup("cat"), Some(there)) });
    assert!(other.block_on(other.shutdown(std::time::Duration::from_secs(10))).is_clean());
    assert_eq!((other.lookup::<CatAddr>("cat"), system.lookup("cat")), (None, Some(here)));
}

pub fn lookup_with_the_wrong_type_is_none(system: &System) {
    system.block_on(async {
        let cat = Cat.spawn();
        cat.register("pet").unwrap();
        assert_eq!((DogAddr::lookup("pet"), CatAddr::lookup("pet")), (None, Some(cat.clone())));
        assert_eq!(System::current().lookup::<DogAddr>("pet"), None);
        end(&cat).await;
        let dog = Dog.spawn();
        dog.register("pet").unwrap();
        assert_eq!((DogAddr::lookup("pet"), CatAddr::lookup("pet")), (Some(dog), None));
    });
}

pub fn a_name_is_any_kind_of_string(system: &System) {
    system.block_on(async {
        let (owned, boxed) = ("owned".to_owned(), Box::<str>::from("boxed"));
        let cat = Cat.prepare().name(&owned).spawn();
        assert_eq!(cat.label(), "owned");
        assert_eq!(Cat.prepare().name(owned.clone()).spawn().label(), "owned");
        assert_eq!(cat.register(&owned), Ok(()));
        assert_eq!(cat.register(boxed.clone()), Ok(()));
        assert_eq!(cat.register('c'), Ok(()));
        assert_eq!(cat.register(std::borrow::Cow::Borrowed("cow")), Ok(()));
        assert_eq!(CatAddr::lookup(&owned), Some(cat.clone()));
        assert_eq!(CatAddr::lookup(boxed), Some(cat.clone()));
        assert_eq!(System::current().lookup(std::sync::Arc::<str>::from("c")), Some(cat.clone()));
        assert!(cat.unregister(&owned) && cat.unregister(String::from("cow")));

        let supervisor = Supervisor::one_for_one().spawn();
        for name in [&owned, "made"] {
            supervisor.start(Child::new(name, || Cat));
            supervisor.start(Child::new(name.to_owned(), || Cat));
            supervisor.start(Child::with(name.to_owned(), |_| async { Ok::<_, String>(Cat) }));
        }
        let names = supervisor.children().await.unwrap().into_iter().map(|child| child.name);
        assert_eq!(names.collect::<Vec<_>>(), ["owned", "owned", "owned", "made", "made", "made"]);
        supervisor.stop();
        supervisor.join().await;
    });
}
