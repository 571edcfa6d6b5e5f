//! Floor 1: the promises about the end of a host: no thread, job or panic is forgotten.

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
        assert_eq!(host.close(Duration::from_millis(1)), *std::slice::from_ref(&name));
        assert_eq!(host.close(Duration::ZERO), [name]);
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
