-- Finance is a party of its own: it knows the platform's numbers but not its slots, so its tables carry the app only.
create table accounts (
  app text not null,
  account text not null,
  currency text not null,
  kind text not null,
  may_be_negative boolean not null,
  balance bigint not null,
  primary key (app, account, currency),
  check (may_be_negative or balance >= 0)
)
---
-- One ledger transaction per order: the business number is its identity, so that nothing can post twice.
create table transactions (
  app text not null,
  kind text not null,
  business_no bigint not null,
  at bigint not null,
  primary key (app, kind, business_no)
)
---
create table entries (
  --sqlite: entry_no integer primary key autoincrement,
  --postgres: entry_no bigint generated always as identity primary key,
  app text not null,
  kind text not null,
  business_no bigint not null,
  account text not null,
  currency text not null,
  amount bigint not null check (amount <> 0),
  balance_after bigint not null,
  packet_no bigint not null,
  at bigint not null
)
---
create index entries_of_account on entries (app, account, entry_no)
---
create table payments (
  app text not null,
  pay_order_no bigint not null,
  packet_no bigint not null,
  uid bigint not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  subject text not null,
  -- FinanceStatus: 1 pending, 2 succeeded, 4 closed
  status int not null check (status in (1, 2, 4)),
  -- what the worker does at process_at: 0 nothing, 1 pay, 2 close
  intent int not null check (intent in (0, 1, 2)),
  process_at bigint not null,
  visible_at bigint not null,
  created_at bigint not null,
  paid_at bigint not null,
  refunded bigint not null default 0,
  primary key (app, pay_order_no),
  check (refunded between 0 and amount),
  check (refunded = 0 or status = 2),
  check ((status = 2) = (paid_at > 0))
)
---
create unique index one_payment_of_packet on payments (app, packet_no) where status = 2
---
create index payments_due on payments (process_at) where intent <> 0
---
create table orders (
  app text not null,
  -- transfer, refund, setAside
  kind text not null,
  order_no bigint not null,
  packet_no bigint not null,
  pay_order_no bigint not null,
  uid bigint not null,
  amount bigint not null,
  currency text not null,
  -- PacketKind of a transfer, 0 of the others
  packet_kind int not null,
  -- FinanceStatus: 1 pending, 2 succeeded, 3 refused
  status int not null check (status in (1, 2, 3)),
  reason text not null,
  process_at bigint not null,
  attempts int not null,
  created_at bigint not null,
  final_at bigint not null,
  primary key (app, kind, order_no),
  -- What is not acceptable is kept too, refused: its number may never succeed later.
  check (status = 3 or amount > 0)
)
---
create index orders_due on orders (process_at) where status = 1
---
create table callbacks (
  --sqlite: id integer primary key autoincrement,
  --postgres: id bigint generated always as identity primary key,
  app text not null,
  operation text not null,
  body text not null,
  -- 0 waiting, 1 lost by a fault switch, 2 dead; what was accepted is deleted
  state int not null check (state in (0, 1, 2)),
  sends_left int not null,
  attempts int not null,
  next_at bigint not null,
  created_at bigint not null,
  last_error text
)
---
create index callbacks_due on callbacks (next_at) where state = 0
---
create table fault_switches (
  app text primary key,
  version bigint not null,
  config text not null
)
