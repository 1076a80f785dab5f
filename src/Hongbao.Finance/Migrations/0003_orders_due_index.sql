-- The worker takes what is due of one app and kind in this order; by process_at alone it read the waiting orders of all others too.
create index orders_due_of_kind on orders (app, kind, process_at, order_no) where status = 1
