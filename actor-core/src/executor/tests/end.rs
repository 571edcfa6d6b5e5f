//! The promises about the end of an executor: no thread, job or panic is forgotten.

use super::*;

#[test]
fn close_joins_the_threads_and_names_one_that_is_stuck() {
    within_limit(|| {
        let multi = MultiThread::start(3, "named");
        let weak = Arc::downgrade(&multi);
        let executor: Arc<dyn Executor> = multi;
        let (release, held) = mpsc::channel::<()>();
        let (sender, receiver) = mpsc::channel();
        let body = move || {
            sender.send(thread::current().name().map(str::to_owned)).unwrap();
            let _ = held.recv();
        };
        executor.schedule(job(body), Schedule::Next);
        let name = receiver.recv().unwrap().unwrap();
        assert!(name.starts_with("named-"));
        assert!(executor.close(Duration::from_millis(1)).contains(&name));
        // The others end on their own, sooner or later.
        while executor.close(Duration::ZERO) != *std::slice::from_ref(&name) {
            thread::yield_now();
        }
        drop(release);
        end(&executor);
        only_held_here(&executor);
        drop(executor);
        assert!(weak.upgrade().is_none(), "no thread keeps the executor");
    });
}

#[test]
fn a_worker_that_closes_its_executor_does_not_wait_for_itself() {
    within_limit(|| {
        let executor = start(2);
        let (sender, receiver) = mpsc::channel();
        let inner = executor.clone();
        executor.schedule(job(move || sender.send(inner.close(LIMIT)).unwrap()), Schedule::Next);
        assert_eq!(receiver.recv(), Ok(Vec::new()));
        end(&executor);
    });
}

#[test]
fn actors_scheduled_after_the_end_run_one_by_one_on_a_thread_of_the_executor() {
    fn chain(executor: &Arc<dyn Executor>, left: usize, done: mpsc::Sender<thread::ThreadId>) {
        let next = executor.clone();
        let body = move || match left {
            0 => done.send(thread::current().id()).unwrap(),
            _ => chain(&next, left - 1, done),
        };
        executor.schedule(job(body), Schedule::Next);
    }
    within_limit(|| {
        let executor = start(2);
        end(&executor);
        for _ in 0..2 {
            let (sender, receiver) = mpsc::channel();
            chain(&executor, LONG, sender);
            assert_ne!(receiver.recv(), Ok(thread::current().id()));
            only_held_here(&executor);
        }
    });
}

#[test]
fn tasks_scheduled_after_the_end_are_dropped_unpolled() {
    within_limit(|| {
        let executor = start(2);
        end(&executor);
        let (sender, receiver) = mpsc::channel::<()>();
        let body = async move { sender.send(()).unwrap() };
        let (task, handle) = crate::executor::task::prepare(executor.clone(), 0, body);
        handle.detach();
        task.schedule();
        assert!(receiver.recv().is_err());
        only_held_here(&executor);
    });
}

#[test]
fn actors_behind_a_blocked_worker_are_run_after_the_end_while_it_stays_blocked() {
    within_limit(|| {
        let executor = start(1);
        let (release, held) = mpsc::channel::<()>();
        let (sender, receiver) = mpsc::channel();
        let inner = executor.clone();
        let ((begun, begins), (late, pushes)) = (mpsc::channel(), mpsc::channel());
        let body = move || {
            let push = |name| {
                let sender = sender.clone();
                inner.schedule(job(move || sender.send(name).unwrap()), Schedule::Next);
            };
            push("queued");
            push("in the slot");
            begun.send(()).unwrap();
            pushes.recv().unwrap();
            push("pushed after the end");
            let _ = held.recv();
        };
        executor.schedule(job(body), Schedule::Next);
        begins.recv().unwrap();
        // The monitor is named, too, while it is late with a job.
        while executor.close(Duration::from_millis(1)) != ["test-0"] {}
        let mut ran = [receiver.recv().unwrap(), receiver.recv().unwrap()];
        ran.sort_unstable();
        assert_eq!(ran, ["in the slot", "queued"]);
        late.send(()).unwrap();
        assert_eq!(receiver.recv(), Ok("pushed after the end"));
        drop(release);
        only_held_here(&executor);
    });
}

#[test]
fn close_waits_for_the_job_that_the_monitor_ends() {
    within_limit(|| {
        let executor = start(1);
        let ((begun, begins), (release, held)) = (mpsc::channel(), mpsc::channel::<()>());
        let inner = executor.clone();
        let ((remaining, remains), (finish, finishes)) = (mpsc::channel(), mpsc::channel::<()>());
        let done = Arc::new(AtomicUsize::new(0));
        let ended = done.clone();
        let body = move || {
            let behind = move || {
                remaining.send(()).unwrap();
                finishes.recv().unwrap();
                ended.fetch_add(1, Ordering::SeqCst);
            };
            inner.schedule(job(behind), Schedule::Next);
            begun.send(()).unwrap();
            held.recv().unwrap();
        };
        executor.schedule(job(body), Schedule::Next);
        begins.recv().unwrap();
        let (closes, closed) = mpsc::channel();
        let closing = executor.clone();
        thread::spawn(move || closes.send((closing.close(LIMIT), done.load(Ordering::SeqCst))));
        remains.recv().unwrap();
        // The worker ends; the job behind it is with the monitor.
        release.send(()).unwrap();
        assert!(closed.recv_timeout(Duration::from_millis(50)).is_err(), "the monitor has a job");
        finish.send(()).unwrap();
        assert_eq!(closed.recv(), Ok((Vec::new(), 1)));
    });
}

/// Waits until no thread and no job holds the executor.
fn only_held_here(executor: &Arc<dyn Executor>) {
    while Arc::strong_count(executor) > 1 {
        thread::yield_now();
    }
}

#[test]
fn close_on_the_owner_thread_ends_remaining_jobs_and_those_they_schedule() {
    within_limit(|| {
        let executor: Arc<dyn Executor> = CurrentThread::new();
        let ran = Arc::new(AtomicUsize::new(0));
        chain(&executor, LONG, &ran);
        assert!(executor.close(Duration::ZERO).is_empty());
        assert_eq!((ran.load(Ordering::SeqCst), Arc::strong_count(&executor)), (LONG + 1, 1));
    });
}

#[test]
fn the_remaining_jobs_of_an_executor_closed_by_another_thread_are_ended() {
    within_limit(|| {
        let executor: Arc<dyn Executor> = thread::spawn(CurrentThread::new).join().unwrap();
        let ran = Arc::new(AtomicUsize::new(0));
        chain(&executor, LONG, &ran);
        assert!(executor.close(Duration::ZERO).is_empty());
        let all_ran = |count| {
            while ran.load(Ordering::SeqCst) < count || Arc::strong_count(&executor) > 1 {
                thread::yield_now();
            }
        };
        all_ran(LONG + 1);
        // Later jobs are ended, too.
        chain(&executor, 0, &ran);
        all_ran(LONG + 2);
    });
}

/// The number of jobs in a chain: one inside the other would overflow the stack.
const LONG: usize = repetitions(100_000);

/// Schedules a job that schedules the next one, and so on; each counts in `ran`.
fn chain(executor: &Arc<dyn Executor>, left: usize, ran: &Arc<AtomicUsize>) {
    let (next, counted) = (executor.clone(), ran.clone());
    let body = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        if left > 0 {
            chain(&next, left - 1, &counted);
        }
    };
    executor.schedule(job(body), Schedule::Next);
}

#[test]
fn a_future_in_block_on_can_sleep_after_the_executor_has_ended() {
    within_limit(|| {
        let executor = start(2);
        block_on(&*executor, async {
            // One that waits from before, which the end wakes, and one from after the end.
            let mut before = crate::time::sleep(Duration::from_millis(100));
            assert_eq!(futures_lite::future::poll_once(&mut before).await, None);
            end(&executor);
            before.await;
            crate::time::sleep(Duration::from_millis(2)).await;
        });
    });
}

#[test]
fn a_sleeping_task_is_dropped_at_the_end_of_the_executor() {
    within_limit(|| {
        let executor = start(1);
        let (sender, receiver) = mpsc::channel::<()>();
        let inner = executor.clone();
        let body = async move {
            let _sender = sender;
            crate::time::sleep(LIMIT * 60).await;
        };
        let (task, handle) = crate::executor::task::prepare(inner, 0, body);
        handle.detach();
        task.schedule();
        while executor.timers().is_empty() {
            thread::yield_now();
        }
        end(&executor);
        assert!(receiver.recv().is_err());
        only_held_here(&executor);
    });
}

/// Returns whether a thread of this process has this name.
#[cfg(target_os = "linux")]
fn is_running(name: &str) -> bool {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    threads.flatten().any(|thread| {
        let name_of_thread = std::fs::read_to_string(thread.path().join("comm"));
        name_of_thread.is_ok_and(|name_of_thread| name_of_thread.trim_end() == name)
    })
}

#[cfg(target_os = "linux")]
#[test]
fn the_threads_of_an_executor_that_cannot_start_end() {
    use crate::sync::thread::STARTS_LEFT;
    within_limit(|| {
        for threads in [1, 2, 3] {
            STARTS_LEFT.set(threads);
            let started = std::panic::catch_unwind(|| MultiThread::start(3, "few"));
            STARTS_LEFT.set(usize::MAX);
            assert!(started.is_err(), "it has {threads} of 4 threads");
            while (0..3).any(|index| is_running(&format!("few-{index}"))) {
                thread::yield_now();
            }
        }
    });
}
