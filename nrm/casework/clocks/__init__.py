"""What falls due: clocks and tasks, and the rounds of the worker that looks after them."""
