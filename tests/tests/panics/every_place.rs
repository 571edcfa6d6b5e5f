//! The table of all places where user code can run, by hosts: in each of them it panics, on each host. A
//! place or a host that is missing here does not compile.

use crate::{closures, drops, error_values, handlers_and_hooks, tasks, wakers};
use actor_core::prelude::*;
use std::panic::catch_unwind;
use std::time::Duration;
use tests::{Host, guarded_for};

/// Where a panic ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The failure of the life that ran the code, in the named handler.
    Life(&'static str),
    /// It only reaches the code that called into the library.
    Caller,
    /// It is an incident: the actor had failed or ended, or the task has no handle.
    Incident,
    /// It goes to the panic hook only.
    Contained,
    /// The library never calls the code.
    Never,
}

/// Creates the places, each with a function that makes it panic and returns where the panic has
/// ended.
macro_rules! places {
    ($($place:ident => $strike:expr,)*) => {
        /// A place where user code runs.
        #[derive(Clone, Copy, Debug)]
        enum Place {
            $($place,)*
        }

        impl Place {
            const ALL: &[Place] = &[$(Place::$place,)*];

            /// Lets user code panic here.
            fn strike(self, system: &System) -> Ends {
                match self {
                    $(Place::$place => ($strike)(system),)*
                }
            }
        }
    };
}

places! {
    Handler => handlers_and_hooks::handler,
    AsyncHandler => handlers_and_hooks::async_handler,
    ConcurrentHandler => handlers_and_hooks::concurrent_handler,
    ProtocolHandler => handlers_and_hooks::protocol_handler,
    PoolMember => handlers_and_hooks::pool_member,
    ProcessFunction => handlers_and_hooks::process_function,
    SelectClosure => handlers_and_hooks::select_closure,
    Guard => handlers_and_hooks::guard,
    OnStart => handlers_and_hooks::on_start,
    OnStop => handlers_and_hooks::on_stop,
    OnExit => handlers_and_hooks::on_exit,
    Factory => handlers_and_hooks::factory,
    AsyncFactory => handlers_and_hooks::async_factory,
    ChildFactory => handlers_and_hooks::child_factory,
    FutureOfBlockOn => handlers_and_hooks::future_of_block_on,
    TimerClosure => closures::timer,
    StreamItself => closures::stream,
    StreamClosure => closures::stream_closure,
    StreamEndClosure => closures::stream_end,
    MonitorClosure => closures::monitor,
    PipedFuture => closures::piped_future,
    PipeClosure => closures::pipe_closure,
    LifeTask => closures::life_task,
    SubscriptionClosure => closures::subscription,
    LagClosure => closures::lag,
    TopicKeyClosure => closures::topic_key,
    TopicItemClone => closures::topic_item_clone,
    DropOfState => drops::state,
    DropOfKilledState => drops::killed_state,
    DropOfUntakenState => drops::untaken_state,
    DropOfChildFactory => drops::child_factory,
    DropOfPoolFactory => drops::pool_factory,
    DropOfArgument => drops::argument,
    DropOfHandlerFuture => drops::handler_future,
    DropOfDiscardedMessage => drops::discarded_message,
    DropOfUnheardAnswer => drops::unheard_answer,
    DropOfPayload => drops::payload,
    DropOfClosure => drops::closure,
    DropOfStream => drops::stream,
    DropOfLifeTask => drops::task,
    DropOfTopicItem => drops::topic_item,
    DropOfTopicItemRefused => drops::topic_item_refused,
    DropOfTopicItemTooLate => drops::topic_item_too_late,
    DropOfTopicItemLeft => drops::topic_item_left,
    DropOfStreamItemLeft => drops::stream_item_left,
    IncidentHook => drops::incident_hook,
    DisplayOfStartError => |system: &System| {
        error_values::a_panic_in_the_text_of_a_failed_start_is_the_failure(system);
        error_values::a_panic_in_the_text_of_an_error_of_on_start_is_the_failure(system);
        Ends::Life("spawn")
    },
    DropOfStartError => |system: &System| {
        error_values::a_panic_in_the_drop_of_a_failed_start_is_the_failure(system);
        Ends::Life("spawn")
    },
    DebugOfUnheardError => |system: &System| {
        error_values::a_panic_in_the_display_of_an_unobserved_error_is_the_failure(system);
        Ends::Life("fail")
    },
    SourceOfError => error_values::source,
    SpawnedFuture => |system: &System| {
        tasks::a_panic_of_an_awaited_task_is_delivered_and_no_incident(system);
        Ends::Caller
    },
    DetachedFuture => |system: &System| {
        tasks::a_panic_that_a_dropped_handle_has_not_delivered_is_an_incident(system);
        Ends::Incident
    },
    DropInTask => |system: &System| {
        tasks::a_panic_in_what_a_task_drops_is_an_incident(system);
        Ends::Incident
    },
    WakeOfSender => |system: &System| {
        wakers::a_sender_whose_waker_panics_is_admitted_and_the_actor_goes_on(system);
        Ends::Contained
    },
    WakeOfCaller => |system: &System| {
        wakers::a_caller_whose_waker_panics_is_answered_and_the_actor_goes_on(system);
        Ends::Contained
    },
    WakeOfJoiner => |system: &System| {
        wakers::a_joiner_whose_waker_panics_does_not_affect_other_joiners(system);
        wakers::a_stop_noticed_by_a_waker_that_panics_ends_the_actor(system);
        Ends::Contained
    },
    WakeOfSleeper => |system: &System| {
        wakers::a_sleeper_whose_waker_panics_stops_no_timer(system);
        Ends::Contained
    },
    WakeOfReader => |system: &System| {
        wakers::a_reader_whose_waker_panics_stops_no_publisher(system);
        Ends::Contained
    },
    WakeOfPublisher => |system: &System| {
        wakers::a_publisher_whose_waker_panics_stops_no_subscriber(system);
        Ends::Contained
    },
    WakeOfReplier => |system: &System| {
        wakers::a_caller_that_leaves_by_a_waker_that_panics_is_noticed(system);
        Ends::Contained
    },
    WakeOfTaskHandle => |system: &System| {
        tasks::a_task_awaited_with_a_waker_that_panics_goes_on(system);
        Ends::Contained
    },
    CloneOrDropOfWaker => |system: &System| {
        wakers::a_waker_that_panics_when_cloned_or_dropped_fails_the_poll_alone(system);
        Ends::Contained
    },
}

/// Where a panic in `place` has to end on `host`.
fn cell(place: Place, host: Host) -> Ends {
    match host {
        // The same everywhere: an executor of the user does not see the panics of actors.
        Host::MultiThread(_)
        | Host::CurrentThread
        | Host::Tokio(_)
        | Host::TokioCurrent
        | Host::Smol(_)
        | Host::Simulation(_) => match place {
            Place::Handler
            | Place::AsyncHandler
            | Place::ConcurrentHandler
            | Place::ProtocolHandler
            | Place::PoolMember => Ends::Life("strike"),
            Place::ProcessFunction | Place::SelectClosure => Ends::Life("process"),
            Place::Guard => Ends::Life("guarded"),
            Place::OnStart => Ends::Life("on_start"),
            Place::OnStop => Ends::Life("on_stop"),
            Place::OnExit => Ends::Life("on_exit"),
            Place::Factory | Place::FutureOfBlockOn => Ends::Caller,
            Place::AsyncFactory | Place::ChildFactory => Ends::Life("spawn"),
            Place::TimerClosure => Ends::Life("timer"),
            Place::StreamItself
            | Place::StreamClosure
            | Place::StreamEndClosure
            | Place::PipeClosure => Ends::Life("stream"),
            Place::MonitorClosure => Ends::Life("monitor"),
            Place::PipedFuture => Ends::Caller,
            Place::LifeTask => Ends::Life("task"),
            Place::SubscriptionClosure | Place::LagClosure | Place::TopicKeyClosure => {
                Ends::Life("topic")
            }
            Place::TopicItemClone => Ends::Caller,
            Place::DropOfState => Ends::Life("drop"),
            Place::DropOfKilledState
            | Place::DropOfUntakenState
            | Place::DropOfChildFactory
            | Place::DropOfPoolFactory
            | Place::DropOfHandlerFuture
            | Place::DropOfDiscardedMessage
            | Place::DropOfClosure => Ends::Incident,
            Place::DropOfArgument | Place::DropOfUnheardAnswer | Place::DropOfPayload => {
                Ends::Life("strike")
            }
            Place::DropOfStream => Ends::Life("stream"),
            Place::DropOfLifeTask => Ends::Life("task"),
            Place::DropOfTopicItem
            | Place::DropOfTopicItemRefused
            | Place::DropOfTopicItemTooLate
            | Place::DropOfTopicItemLeft
            | Place::DropOfStreamItemLeft => Ends::Contained,
            Place::IncidentHook => Ends::Incident,
            Place::DisplayOfStartError | Place::DropOfStartError => Ends::Life("spawn"),
            Place::DebugOfUnheardError => Ends::Life("fail"),
            Place::SourceOfError => Ends::Never,
            Place::SpawnedFuture => Ends::Caller,
            Place::DetachedFuture | Place::DropInTask => Ends::Incident,
            Place::WakeOfSender
            | Place::WakeOfCaller
            | Place::WakeOfJoiner
            | Place::WakeOfSleeper
            | Place::WakeOfReader
            | Place::WakeOfPublisher
            | Place::WakeOfReplier
            | Place::WakeOfTaskHandle
            | Place::CloneOrDropOfWaker => Ends::Contained,
        },
    }
}

/// Looks at the thread that it runs on.
#[actor]
struct Witness;

#[actor]
impl Witness {
    /// The system of this thread, and what a blocking call to `other` gives here.
    fn look(&self, other: WitnessAddr) -> (System, Result<(), CallError>) {
        (System::current(), other.nod().wait())
    }

    fn nod(&self) {}
}

/// The system is as it was before: it answers on each thread, and each thread is in it.
fn is_as_before(system: &System) {
    system.block_on(async {
        assert!(System::current() == *system, "this thread is in the context of the system");
        let other = Witness.spawn();
        assert_eq!(other.nod().wait(), Err(CallError::WouldBlock));
        let witnesses: Vec<_> = (0..8).map(|_| Witness.spawn()).collect();
        let looks = witnesses.iter().map(|witness| witness.look(other.clone()));
        for look in actor_core::future::join_all(looks).await {
            let (current, blocked) = look.expect("a fresh actor answers");
            assert!(current == *system, "a worker is in the context of the system");
            assert_eq!(blocked, Err(CallError::WouldBlock));
        }
        for witness in witnesses {
            witness.stop();
            assert_eq!(witness.join().await, Exit::Stopped);
        }
    });
    // This thread is outside of it again.
    let outside = system.spawn(Witness);
    assert_eq!(outside.nod().wait(), Ok(()));
}

/// How long the actors may take to end.
const ENDING: Duration = Duration::from_secs(30);

/// Far more than any place takes on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(90);

fn everywhere_on(host: Host) {
    let mut wrong = Vec::new();
    for place in Place::ALL.iter().copied() {
        let name = format!("a panic in {place:?} on {host:?}");
        let strike = move || {
            let started = host.start();
            let system = &started.system;
            assert_eq!(place.strike(system), cell(place, host), "{place:?} on {host:?}");
            is_as_before(system);
            let report = system.block_on(system.shutdown(ENDING));
            assert!(report.is_clean(), "{place:?} on {host:?} left something behind: {report}");
        };
        if catch_unwind(|| guarded_for(&name, LIMIT, strike)).is_err() {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_panic_in_any_user_code_ends_where_it_should_on_threads() {
    everywhere_on(Host::MultiThread(2));
    everywhere_on(Host::MultiThread(1));
    everywhere_on(Host::CurrentThread);
}

#[test]
fn a_panic_in_any_user_code_ends_where_it_should_on_tokio() {
    everywhere_on(Host::Tokio(2));
    everywhere_on(Host::TokioCurrent);
}

#[test]
fn a_panic_in_any_user_code_ends_where_it_should_on_smol() {
    everywhere_on(Host::Smol(2));
}

#[test]
fn a_panic_in_any_user_code_ends_where_it_should_in_a_simulation() {
    everywhere_on(Host::Simulation(1));
    everywhere_on(Host::Simulation(2));
}
