-- When the win was made that a funding pays, for the campaign's books by hour; 0 for other orders.
alter table orders add column won_at bigint not null default 0
