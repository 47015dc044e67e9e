from training.search.command import main

main()
