package classify

// Common given names and surnames of several languages, for the share of values that have one. A rare name lowers the
// share, it does not rule a column out.
var (
	givenNames = list(moreGivenNames, worldGivenNames, `james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven
paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry
justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose adam henry nathan douglas
zachary peter kyle walter ethan jeremy harold keith christian roger noah gerald carl terry sean austin arthur lawrence jesse dylan bryan
joe jordan billy bruce albert willie gabriel logan alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip
johnny bradley mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty margaret sandra ashley kimberly
emily donna michelle dorothy carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda
pamela emma nicole helen samantha katherine christine debra rachel catherine carolyn janet ruth maria heather diane virginia julie joyce
victoria olivia kelly christina lauren joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison
frances kathryn janice jean abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana
natalie brittany charlotte marie kayla alexis lori mike bill bob jim tom steve dave dan chris matt tony nick ben sam alex jeff greg fred
ted ray jon tim ron don ken phil rick doug liam mason lucas aiden oliver carter owen wyatt luke isaac hunter connor eli landon adrian
julian leo mia ava ella chloe lily zoe aria harper avery scarlett hazel violet stella lucy claire ruby eva maya leah audrey naomi elena
caroline sadie molly faith paige brooke jasmine sierra savannah peyton riley morgan taylor casey jamie jesse robin leslie dana tracy
erin shannon stacy wendy gina tina rhonda dawn vicki peggy rita connie sally becky kim kathy sue pam debbie marcus derek shawn craig
todd chad brett troy travis corey dustin shane darren wesley calvin clarence leonard alfred melvin lloyd leroy francis herbert norman
ernest earl clifford harry howard stanley bernard theodore glenn gordon warren dean edwin clyde max oscar hugo felix otto karl hans
klaus jürgen wolfgang heinz manfred uwe dieter horst günter werner helmut gerhard rolf bernd rainer stefan andreas thomas markus
matthias torsten thorsten sven jens jan lars tobias florian sebastian philipp moritz jonas lukas finn niklas tim nico fabian dennis
christoph johannes alexander martin frank ralf axel holger joachim ulrich erik erich emil anton paul ingrid ursula monika petra sabine
renate helga karin brigitte gisela erika christa gabriele susanne andrea claudia birgit heike martina anja nicole katrin kathrin silke
stefanie sandra julia lena leonie lea hannah mia emma sophie marie johanna katharina elisabeth anneliese hildegard gertrud irmgard
gerda edith elfriede angelika jutta cornelia heidi ute kerstin tanja melanie nadine jana vanessa franziska antje astrid 
pierre jean michel andré philippe alain bernard jacques daniel christian patrick nicolas christophe laurent frédéric stéphane
sébastien david pascal éric thierry olivier françois julien gérard guillaume claude vincent antoine maxime thomas alexandre jérôme
bruno mathieu benoît hugues marc luc rémi théo louis jules gabriel raphaël arthur léo nathan ethan adam mathis clément baptiste
sylvie nathalie isabelle catherine françoise monique christine valérie sandrine stéphanie véronique sophie céline chantal patricia
anne aurélie brigitte jacqueline hélène martine élodie camille léa manon chloé inès jade louise juliette amandine mathilde
pauline marion laure émilie caroline josé antonio francisco manuel juan david javier daniel carlos jesús alejandro miguel rafael
pedro ángel pablo sergio fernando luis jorge alberto álvaro diego adrián raúl iván enrique rubén ramón vicente andrés víctor roberto
eduardo jaime ignacio marcos hugo mario óscar gustavo guillermo ricardo arturo héctor césar emilio gonzalo alfonso salvador felipe
santiago julio rodrigo mateo nicolás tomás gilberto carmen ana isabel dolores pilar josefa teresa rosa cristina ángeles antonia
francisca mercedes laura elena lucía concepción manuela rosario juana raquel beatriz paula marta sofía irene silvia patricia montserrat
andrea rocío mónica alba ángela sonia sandra daniela valentina camila mariana gabriela adriana verónica alejandra guadalupe yolanda
margarita leticia claudia fernanda natalia joão pedro lucas gabriel mateus guilherme rafael felipe gustavo bruno thiago tiago vitor
leonardo henrique marcelo rodrigo paulo caio diogo nuno rui jorge miguel gonçalo fábio márcio sílvio maria ana juliana mariana
fernanda amanda bruna larissa letícia beatriz camila aline júlia luana vitória isabela rafaela catarina inês joana giuseppe giovanni
antonio mario luigi francesco angelo vincenzo pietro salvatore carlo franco domenico bruno paolo michele giorgio aldo sergio luciano
andrea marco alessandro matteo lorenzo davide luca simone federico riccardo stefano roberto fabio claudio massimo enrico anna giuseppina
rosa angela giovanna lucia carmela caterina francesca antonietta elena concetta rita margherita franca paola giulia chiara sara martina
giorgia alessia elisa ilaria valentina silvia federica simona jan piet kees johannes willem hendrik pieter gerrit jeroen bart daan sem
bram thijs lars ruben joost maarten sander anneke johanna wilhelmina cornelia elisabeth sanne lotte fleur anouk marieke esther ingrid
lars anders mikael johan per nils karl jan lennart hans gunnar sven fredrik bo daniel magnus peter mats göran leif ulf björn bengt
stefan christer andreas mattias jonas anna maria margareta elisabeth eva kristina birgitta karin elisabet marie ingrid christina linnéa
sofia kerstin marianne lena helena emma johanna inger cecilia sara elin ulla katarina viktor axel ida maja astrid ole knut olav bjørn
kjell arne odd svein tor geir terje morten kari randi berit solveig marit andrzej piotr krzysztof stanisław tomasz paweł jan michał
marcin jakub adam marek grzegorz łukasz wojciech mariusz dariusz zbigniew jerzy maciej rafał robert kamil mateusz dawid janusz ryszard
kazimierz szymon bartosz filip kacper maria anna katarzyna małgorzata agnieszka barbara ewa krystyna magdalena elżbieta joanna
aleksandra zofia monika teresa danuta natalia karolina marta beata dorota janina jadwiga alicja jolanta halina grażyna iwona ivan
dmitri sergei alexei andrei mikhail nikolai vladimir oleg igor yuri boris pavel viktor anatoly olga tatiana natalia irina svetlana
ludmila galina yelena ekaterina anastasia mohamed mohammed muhammad ahmed ali hassan hussein omar ibrahim yusuf khalid abdullah fatima
aisha zainab mariam layla amina mehmet mustafa ahmet hüseyin hasan emre murat ayşe fatma emine hatice zeynep elif raj amit rahul
sanjay rajesh suresh ramesh vijay anil sunil ravi arjun priya anjali pooja neha kavita sunita deepa lakshmi anita wei ming li jing
hui min yan hiroshi takashi kenji kazuo yuki haruto satoshi makoto yoko keiko akiko yumi sakura hana wang minh anh linh aoife ciara
niamh siobhan sinead roisin saoirse orla grainne maeve conor cian oisin declan eoin liam padraig fionn darragh cormac brendan niall
alberta agnes ada albertus amalia amos angelina annette annie antoinette april ariel arnold aubrey august augusta barry belinda bella
bernadette bernice bert bertha bessie blake blanche bonnie brad bradford brent bridget byron camilla candice carla carlton carrie cary
cassandra cecil cecilia celia chelsea chester clara clark claudia clay clayton clint clinton cody colin colleen cora courtney crystal
curtis daisy damon darlene darrell darryl daryl della delores desiree devin dianne dolores dominic dominick dora doreen dwayne dwight
edgar edmund edna eduardo eileen elaine eleanor ellen ellis elmer eloise elsa elsie elvira emmett enid erica erma ernestine essie
estelle esther ethel eugenia eunice evan everett fannie fay fern flora florence floyd forrest freda freddie frederick gail garrett
gary gene geneva genevieve geoffrey georgia georgina gerard geraldine gertrude gilbert gladys glen glenda grant greta guy gwen
gwendolyn harriet harvey hattie heath hector henrietta herman hilda hollie holly homer hope hubert hugh ian ida inez ira iris irene
irma irving isabel isabelle ivy jackie jaime jake jan jana jane janelle janie jared jeanette jeanne jenna jennie jenny jeremiah jerome
jill jillian jo joann joanna joanne jodi joel johanna johnnie josephine josie joy juanita jude judd kara kari karl karla kate katie
kathleen katrina kay kayla kendra kent kerry kirk krista kristen kristi kristin kristina kristine kristy kurt lance lana laverne
leigh lela lena leon leona leonardo lester leticia levi lewis lila lillian lillie lily lindsay lindsey lionel lola lonnie
loretta lorraine louise lucille lucia lucinda lula luther lydia lyle lynda lynn lynne mabel mable mack mae malcolm mandy marc marcia
marco margie marian marianne marilyn marion marjorie marlene marsha marshall martin marty marvin mathew matilda mattie maureen maurice
maxine mckenzie meghan melinda melody mercedes meredith micheal micah milton mindy minnie miranda miriam misty mitchell mona monica
monique morris muriel myra myrtle mathilda nadine natasha neal neil nell nellie nelson nettie nina nora norma olive ollie opal ora orville
otis pablo pat patsy patti patty paulette pauline pearl penny perry pete phillip phillis phyllis preston priscilla quinn rachael ramona
randall raquel reginald rena rene renee rex rhoda ricardo rickey ricky roberta robyn rochelle roderick rodney roland roman ron roosevelt
rosa rosalie rosalind rosemarie rosemary rosie roslyn ross roxanne ruben rudolph rudy rufus sabrina salvador sandy saul seth shari
sheila shelby sheldon shelia shelley shelly sheri sherri sherry sheryl sidney simon sonia sonya sophie spencer stella stewart
stuart susie suzanne sylvester sylvia tabitha tamara tami tammy tanya tara tasha terence teri terrance terrence terri thelma tiffany
toby tommy toni tonya tracey traci tricia trevor tricia trudy tyrone ursula valerie van vanessa velma vera verna vernon veronica
vickie vicky victor viola virgil vivian wade wallace wanda wendell whitney wilbert wilbur willard wilma winifred winston yolanda
yvette yvonne zelda cyril dudley sasha dante anton`)

	surnames = list(moreSurnames, worldSurnames, `smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas
taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott
torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker
cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard
ramos kim cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel
myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez
simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis
tran medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry
chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks
holmes palmer wagner black robertson boyd rose stone salazar fox warren mills meyer rice schmidt garza daniels ferguson nichols stephens
soto weaver ryan gardner payne grant dunn kelley spencer hawkins arnold pierce hansen peters santos hart bradley knight elliott
cunningham duncan armstrong hudson carroll lane riley andrews alvarado ray delgado berry perkins hoffman johnston matthews pena
richards contreras willis carpenter lawrence sandoval guerrero george chapman rios estrada ortega watkins greene nunez wheeler valdez
harper burke larson santiago maldonado morrison franklin carlson austin dominguez carr lawson jacobs obrien o'brien o'connor o'neill
lynch singh vega bishop montgomery oliver jensen harvey williamson gilbert dean sims espinoza howell li wong reid hanson le mccoy
garrett burton fuller wang weber welch rojas lucas marquez fields park yang little banks padilla day walsh bowman schultz luna fowler
mejia davidson acosta brewer may holland juarez newman pearson curtis cortez douglas schneider joseph barrett navarro figueroa keller
avila wade molina stanley hopkins campos barnett bates chambers caldwell beck lambert miranda byrd craig ayala lowe frazier powers
neal leonard gregory carrillo sutton fleming rhodes shelton schwartz norris jennings rhys watts duran walters cohen mcdaniel moran parks
steele vaughn becker holt deleon barker terry hale leon hail benson haynes horton miles lyons pham graves bush thornton wolfe warner
cabrera mckinney mann zimmerman dawson lara fletcher page mccarthy love robles cervantes solis erickson reeves chang klein salinas
fuentes baldwin daniel simon velasquez hardy higgins aguirre lin cummings chandler sharp barber bowen ochoa dennis robbins liu ramsey
francis griffith paul blair o'donnell cardenas pacheco cross calderon quinn moss swanson chan rivas khan rodgers serrano fitzgerald
rosales stevenson christensen manning gill curry mclaughlin harmon mcgee gross doyle garner newton burgess reese walton blake trujillo
adkins brady goodman roman webster goodwin fischer huang potter delacruz montoya todd wu hines mullins castaneda malone cannon tate
mack sherman hubbard hodges zhang guerra wolf valencia saunders franco rowe gallagher farmer hammond hampton townsend ingram wise
gallegos clarke barton schroeder maxwell waters logan camacho strickland norman person colon parsons frank harrington glover osborne
buchanan casey floyd patton ibarra ball tyler suarez bowers orozco salas cobb gibbs andrade bauer conner moody escobar mcguire lloyd
mueller hartman french kramer mcbride pope lindsey velazquez norton mccormick sparks flynn yates hogan marsh macias villanueva zamora
pratt stokes owen ballard lang brock villarreal charles drake barrera cain patrick pineda burnett mercado santana shepherd bautista ali
shaffer lamb trevino mckenzie hess beil olsen cochran morton nash wilkins petersen briggs shah roth nicholson holloway lozano rangel
flowers hoover short arias mora valenzuela bryan meyers weiss underwood bass greer summers houston carson morrow clayton whitaker decker
yoder collier zuniga carey wilcox melendez poole roberson larsen conley davenport copeland massey lam huff rocha cameron jefferson hood
monroe anthony pittman huynh randall singleton kirk combs mathis christian skinner bradford richard galvan wall boone kirby wilkinson
bridges bruce atkinson velez meza roy vincent york hodge villa abbott allison tapia gates chase sosa sweeney farrell wyatt dalton horn
barron phelps yu dickerson heath foley atkins mathews bonilla acevedo benitez zavala hensley glenn cisneros harrell shields rubio choi
huffman boyer garrison arroyo bond kane hancock callahan dillon cline wiggins grimes arellano melton oneill savage ho beltran pitts
parrish ponce rich booth koch golden ware brennan mcdowell marks cantu humphrey baxter sawyer clay tanner hutchinson kaur berg wiley
gilmore russo villegas hobbs keith wilkerson ahmed beard mcclain montes mata rosario vang walter henson oneal mosley mcclure beasley
stephenson snow huerta preston vance barry johns eaton blackwell dyer prince macdonald solomon guevara stafford english hurst woodard
cortes shannon kemp nolan mccullough merritt murillo moon salgado strong kline cordova barajas roach rosas winters jacobson lester knox
bullock kerr leach meadows orr davila whitehead pruitt kent conway mckee barr david dejesus marin berger mcintyre blankenship gaines
palacios cuevas bartlett durham dorsey mccall odonnell dodson schwarz stein müller schmidt schneider fischer weber meyer wagner becker
schulz hoffmann schäfer koch bauer richter klein wolf schröder neumann schwarz zimmermann braun krüger hofmann hartmann lange schmitt
werner schmitz krause meier lehmann schmid schulze maier köhler herrmann könig walter mayer huber kaiser fuchs peters lang scholz möller
weiß jung hahn schubert vogel friedrich keller günther frank berger winkler roth beck lorenz baumann franke albrecht schuster simon
ludwig böhm winter kraus martin schumacher krämer vogt stein jäger otto sommer groß seidel heinrich brandt haas schreiber graf schulte
dietrich ziegler kuhn kühn pohl engel horn busch bergmann thomas voigt sauer arnold wolff pfeiffer bernard dubois durand leroy moreau
simon laurent lefebvre michel garcia david bertrand roux vincent fournier morel girard andré lefèvre mercier dupont lambert bonnet
françois martinez legrand garnier faure rousseau blanc guérin muller henry roussel nicolas perrin morin mathieu clément gauthier dumont
lopez fontaine chevalier robin masson sanchez gérard nguyen boyer denis lemaire duval joly gautier roger roche roy noel meyer lucas
meunier jean perez marchand dufour blanchard marie barbier brun dumas brunet schmitt leroux colas colin fernandez pierre renard arnaud
rolland caron aubert giraud leclerc vidal bourgeois renaud lemoine picard gaillard philippe leclercq lacroix fabre dupuis olivier
rodríguez gonzález fernández lópez martínez sánchez pérez gómez martín jiménez ruiz hernández díaz moreno muñoz álvarez romero alonso
gutiérrez navarro torres domínguez vázquez ramos gil ramírez serrano blanco molina morales suárez ortega delgado castro ortiz rubio
marín sanz núñez iglesias medina garrido cortés castillo santos lozano guerrero cano prieto méndez cruz calvo gallego vidal león márquez
herrera peña flores cabrera campos vega fuentes carrasco diez reyes caballero nieto aguilar pascual santana silva santos oliveira souza
sousa rodrigues ferreira alves pereira lima gomes costa ribeiro martins carvalho almeida lopes soares fernandes vieira barbosa rocha dias
nascimento andrade moreira nunes marques machado mendes freitas cardoso ramos gonçalves santana teixeira araújo pinto correia cunha
monteiro batista melo braga macedo franco saraiva moraes reis barros xavier carneiro silveira rossi russo ferrari esposito bianchi
romano colombo ricci marino greco bruno gallo conti deluca mancini costa giordano rizzo lombardi moretti barbieri fontana santoro mariani
rinaldi caruso ferrara galli martini leone longo gentile martinelli vitale lombardo serra coppola desantis marchetti parisi villa conte
ferraro ferri fabbri bianco marini grasso valentini messina sala deangelis gatti pellegrini palumbo sanna farina rizzi monti cattaneo
morelli amato silvestri mazza testa grassi pellegrino carbone giuliani benedetti barone rossetti caputo montanari guerra palmieri
bernardi martino fiore ferretti bellini basile riva donati jansen bakker visser smit meijer mulder bos vos hendriks leeuwen dekker
brouwer wit dijkstra smits graaf meer kok jacobs haan vermeulen veen broek bruijn heijden schouten beek willems hoekstra koster prins
blom huisman peeters kuipers veenstra kramer andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson
pettersson jonsson jansson hansson bengtsson jönsson lindberg jakobsson magnusson olofsson lindström lindqvist lindgren axelsson berg
bergström lundberg lind lundgren lundqvist mattsson berglund fredriksson sandberg henriksson forsberg sjöberg wallin engström eklund
danielsson håkansson lundin hansen johansen olsen larsen andersen pedersen nilsen kristiansen jensen karlsen johnsen pettersen eriksen
berg haugen hagen johannessen nowak kowalski wiśniewski wójcik kowalczyk kamiński lewandowski zieliński woźniak szymański dąbrowski
kozłowski mazur jankowski kwiatkowski wojciechowski krawczyk kaczmarek piotrowski grabowski zając pawłowski król michalski wróbel
wieczorek jabłoński nowakowski majewski stępień olszewski malinowski jaworski adamczyk dudek nowicki pawlak górski witkowski walczak
sikora baran rutkowski michalak szewczyk ostrowski tomaszewski zalewski wróblewski pietrzak jasiński marciniak sadowski ivanov petrov
smirnov kuznetsov popov sokolov yılmaz kaya demir çelik şahin öztürk kumar sharma gupta mehta reddy rao nair iyer das khan hussain
ahmed tanaka suzuki sato takahashi watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki kim lee park choi jung
murphy kelly o'sullivan walsh byrne ryan o'reilly mccarthy doyle kennedy lynch murray quinn moore mclaughlin carroll connolly daly wilson
dunne brennan burke collins clarke hughes farrell fitzgerald brady nolan`)

	genders = list(femaleText, maleText, `m f u x male female man woman men women boy girl nonbinary non-binary non_binary other unknown agender bigender genderfluid
genderqueer polygender prefer_not_to_say prefer_not_to_answer rather_not_say not_specified not_known not_stated undisclosed undefined intersex transgender trans keine_angabe autre otro outro altro anders inne ulkjent unspecified w d männlich weiblich divers masculin féminin homme femme h hombre mujer masculino femenino feminino varón
maschio femmina maschile femminile vrouw mannelijk vrouwelijk kvinna kvinde kvinne mand mann kobieta mężczyzna k erkek kadın 男 女 男性 女性`)
	ethnicities = list(moreEthnicities, `white black asian hispanic latino latina african_american african-american native_american american_indian pacific_islander
native_hawaiian caucasian mixed other unknown two_or_more_races multiracial biracial white_british black_african black_caribbean
south_asian east_asian middle_eastern arab indigenous aboriginal white/caucasian black_or_african_american hispanic/latino
asian/pacific_islander branca preta parda amarela indígena chinese indian pakistani bangladeshi native hawaiian unassigned`)
	religions = list(moreReligions, `none no_religion not_stated unaffiliated non-religious athée athéiste juif juive musulmane israélite sans hindou bouddhiste ninguna ateísmo nessuna keine ohne brak christian catholic roman_catholic protestant lutheran methodist baptist anglican orthodox presbyterian evangelical muslim islam
islamic sunni shia jewish judaism hindu hinduism buddhist buddhism sikh sikhism jain atheist agnostic mormon christianity
pentecostal quaker bahai shinto taoist evangelisch katholisch römisch-katholisch católico católica cristiano musulmán catholique musulman`)
	maritalStatuses = list(moreMaritalStatuses, `single married divorced widowed separated never_married never-married widow widower civil_partnership domestic_partner
civil_union engaged partnered single_/_not_married civil_marriage s m d w common-law annulled ledig verheiratet geschieden verwitwet célibataire marié
mariée divorcé divorcée veuf veuve soltero soltera casado casada divorciado viudo viuda solteiro solteira divorciada viúvo nubile celibe coniugato
ongehuwd gehuwd gift skild ogift kawaler panna żonaty zamężna married-civ-spouse married-spouse-absent married-af-spouse unknown`)
	jobWords = list(moreJobWords, `engineer manager director analyst developer designer architect administrator assistant consultant coordinator specialist technician
supervisor officer executive representative agent accountant teacher professor nurse doctor physician surgeon dentist pharmacist lawyer
attorney judge scientist researcher chemist biologist programmer operator driver mechanic electrician plumber carpenter painter chef cook
waiter waitress bartender cashier clerk secretary receptionist salesperson salesman broker banker auditor planner strategist orchestrator
facilitator liaison associate producer editor writer journalist author artist musician actor actress athlete photographer librarian
counselor therapist psychologist student intern trainer coach instructor lecturer principal president chairman ceo cfo cto owner partner
founder entrepreneur farmer gardener guard policeman firefighter soldier pilot worker laborer labourer labor staff supervisor lead buyer
merchandiser recruiter investigator inspector surveyor statistician economist geologist retired self-employed unemployed
homemaker ingenieur ingeniero engenheiro lehrer arzt anwalt verkäufer médico abogado professeur avocat médecin comptable`)
)
