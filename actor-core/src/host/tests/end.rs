//! Layer 1: the promises about the end of a host: no thread, job or panic is forgotten.

use super::*;

#[test]
fn close_joins_the_threads_and_names_one_that_is_stuck() {
    within_limit(|| {
        let multi = MultiThread::start(3, "named");
        let weak = Arc::downgrade(&multi);
        let host: Arc<dyn Host> = multi;
        let (release, held) = mpsc::channel::<()>();
        let (sender, receiver) = mpsc::channel();
        let body = move || {
            sender.send(thread::current().name().map(str::to_owned)).unwrap();
            let _ = held.recv();
        };
        host.schedule(job(body), Turn::Next);
        let name = receiver.recv().unwrap().unwrap();
        assert!(name.starts_with("named-"));
        assert!(host.close(Duration::from_millis(1)).contains(&name));
        // The others end by themselves, sooner or later.
        while host.close(Duration::ZERO) != *std::slice::from_ref(&name) {
            thread::yield_now();
        }
        drop(release);
        end(&host);
        drop(host);
        assert!(weak.upgrade().is_none(), "no thread keeps the host");
    });
}

#[test]
fn a_worker_that_closes_its_host_does_not_wait_for_itself() {
    within_limit(|| {
        let host = start(2);
        let (sender, receiver) = mpsc::channel();
        let inner = host.clone();
        host.schedule(job(move || sender.send(inner.close(LIMIT)).unwrap()), Turn::Next);
        assert_eq!(receiver.recv(), Ok(Vec::new()));
        end(&host);
    });
}

#[test]
fn what_is_scheduled_after_the_end_is_dropped_later_and_one_by_one() {
    within_limit(|| {
        let host = start(2);
        end(&host);
        schedule_chain(&host, 100_000);
        assert!(Arc::strong_count(&host) > 1, "it was not dropped inside of the call");
        end(&host);
        assert_eq!(Arc::strong_count(&host), 1);
    });
}

#[test]
fn close_on_the_owner_thread_drops_what_is_left_and_what_that_schedules() {
    within_limit(|| {
        let host: Arc<dyn Host> = CurrentThread::new();
        schedule_chain(&host, 100_000);
        assert!(host.close(Duration::ZERO).is_empty());
        assert_eq!(Arc::strong_count(&host), 1);
    });
}

#[test]
fn a_driven_future_can_wait_for_the_time_after_the_end() {
    within_limit(|| {
        let host = start(2);
        block_on(&*host, async {
            // One that waits from before, which the end wakes, and one from after the end.
            let mut before = crate::time::sleep(Duration::from_millis(100));
            assert_eq!(futures_lite::future::poll_once(&mut before).await, None);
            end(&host);
            before.await;
            crate::time::sleep(Duration::from_millis(2)).await;
        });
    });
}

#[test]
fn a_task_that_waits_for_the_time_is_dropped_at_the_end() {
    within_limit(|| {
        let host = start(1);
        let (sender, receiver) = mpsc::channel::<()>();
        let inner = host.clone();
        let body = async move {
            let _sender = sender;
            crate::time::sleep(LIMIT * 60).await;
        };
        let (task, handle) = crate::host::task::prepare(inner, 0, body);
        handle.detach();
        task.schedule();
        while host.timers().is_empty() {
            thread::yield_now();
        }
        end(&host);
        assert!(receiver.recv().is_err());
        assert_eq!(Arc::strong_count(&host), 1);
    });
}
