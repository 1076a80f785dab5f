create table transfers (
  transfer_no bigint primary key,
  slot int not null,
  app text not null,
  -- The owner's number: one transfer a claim.
  claim_no bigint not null unique,
  packet_no bigint not null,
  pay_order_no bigint not null,
  sender_uid bigint not null,
  uid bigint not null,
  amount bigint not null check (amount >= 1),
  currency text not null,
  kind smallint not null check (kind in (1, 2)),
  -- 1 pending, 2 succeeded, 3 failed
  state smallint not null check (state between 1 and 3),
  reason text,
  created_at bigint not null,
  updated_at bigint not null
)
---
create index transfers_packet on transfers (packet_no)
---
create table refunds (
  refund_no bigint primary key,
  slot int not null,
  app text not null,
  -- Cause and its number are the owner's number: one refund a cause.
  cause smallint not null check (cause between 1 and 3),
  cause_no bigint not null,
  packet_no bigint not null,
  pay_order_no bigint not null,
  uid bigint not null,
  amount bigint not null check (amount >= 1),
  currency text not null,
  -- 1 pending, 2 succeeded, 4 refused, 5 set aside
  state smallint not null check (state in (1, 2, 4, 5)),
  reason text,
  created_at bigint not null,
  updated_at bigint not null,
  unique (cause, cause_no)
)
---
create index refunds_packet on refunds (packet_no)
---
-- What a person has to settle.
create table cases (
  kind text not null,
  no bigint not null,
  slot int not null,
  app text not null,
  detail text not null,
  opened_at bigint not null,
  primary key (kind, no)
)
---
create table pull_cursors (
  name text primary key,
  after_no bigint not null
)
